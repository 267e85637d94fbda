/** Added to each count, so that an empty bin has a logarithm. */
const HALF = 0.5;
/** Bins of fewer expected counts are joined: the chi-squared distribution fits only above (Cochran's rule). */
const LEAST_EXPECTED = 5;

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/**
 * Population stability index: how far counts are from a reference's. Zero for the same shares; by custom 0.1 is a
 * moderate change and 0.25 a large one.
 * @param reference counts by bin; @param observed counts by the same bins
 */
export function populationStability(reference: readonly number[], observed: readonly number[]): number {
  const share = (counts: readonly number[]) => {
    const total = sum(counts) + HALF * counts.length;
    return counts.map((count) => (count + HALF) / total);
  };
  const before = share(reference);
  return sum(
    share(observed).map((now, bin) => (now - (before[bin] ?? 0)) * Math.log(now / (before[bin] ?? 1))),
  );
}

/** Counts of both samples, with the bins joined in which the smaller sample expects too few. */
function joinSparse(reference: readonly number[], observed: readonly number[]): [number, number][] {
  const totals = [sum(reference), sum(observed)];
  const least = Math.min(...totals) / (sum(totals) || 1);
  const bins = reference.map((count, bin): [number, number] => [count, observed[bin] ?? 0]);
  // The sparse ones come first and are joined until they are no longer sparse.
  bins.sort((a, b) => sum(a) - sum(b));
  const joined: [number, number][] = [];
  let open: [number, number] = [0, 0];
  for (const [before, now] of bins) {
    open = [open[0] + before, open[1] + now];
    if (sum(open) * least < LEAST_EXPECTED) continue;
    joined.push(open);
    open = [0, 0];
  }
  const last = joined.at(-1);
  if (last) joined[joined.length - 1] = [last[0] + open[0], last[1] + open[1]];
  return joined;
}

/**
 * Chi-squared test of whether two samples' counts come from one distribution.
 * @returns the p-value; 1 where there is too little to compare
 */
export function sameDistribution(reference: readonly number[], observed: readonly number[]): number {
  const bins = joinSparse(reference, observed);
  if (bins.length < 2) return 1;
  const ratio = Math.sqrt(sum(observed) / sum(reference));
  const statistic = sum(bins.map(([before, now]) => (now / ratio - before * ratio) ** 2 / (now + before)));
  return chiSquaredTail(statistic, bins.length - 1);
}

/** Probability of a chi-squared variable above `x`, by the recurrence of the incomplete gamma function (DLMF 8.8.6). */
export function chiSquaredTail(x: number, degrees: number): number {
  if (x <= 0) return 1;
  const half = x / 2;
  const isOdd = degrees % 2 === 1;
  let tail = isOdd ? 2 * normalTail(Math.sqrt(x)) : Math.exp(-half);
  let shape = isOdd ? 0.5 : 1;
  // half^shape * exp(-half) / gamma(shape + 1)
  let term = isOdd ? 2 * Math.sqrt(half / Math.PI) * Math.exp(-half) : half * Math.exp(-half);
  while (shape < degrees / 2) {
    tail += term;
    shape += 1;
    term *= half / shape;
  }
  return Math.min(1, tail);
}

/** Probability of a standard normal variable above `z`; within 1e-7 (Abramowitz and Stegun, 7.1.26). */
export function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const upper = (series * Math.exp(-x * x)) / 2;
  return z >= 0 ? upper : 1 - upper;
}

/** The lower end of a share's confidence interval (Wilson). @param z its width, in standard deviations */
export function atLeast(hits: number, of: number, z: number): number {
  if (of === 0) return 0;
  const share = hits / of;
  const middle = share + (z * z) / (2 * of);
  const width = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  return Math.max(0, (middle - width) / (1 + (z * z) / of));
}

/** Probability of at least `hits` in `of` tries that each hit with probability `share` (binomial). */
export function binomialTail(hits: number, of: number, share: number): number {
  let term = (1 - share) ** of;
  let below = 0;
  for (let k = 0; k < hits; k += 1) {
    below += term;
    term *= ((of - k) / (k + 1)) * (share / (1 - share));
  }
  return Math.max(0, 1 - below);
}

/** The middle value; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
