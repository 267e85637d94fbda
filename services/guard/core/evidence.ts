/** Rates that a sick zone may have, as multiples of the healthy zones'. */
const MULTIPLES = [2, 5, 15, 40];
const LOGS = MULTIPLES.map(Math.log);

/**
 * A second counts for no more than this, as a factor's logarithm: a pause of one process makes many requests slow at
 * once, and one such second is no evidence of a sick zone.
 */
const MOST_A_SECOND = 6;

/** Of what was known a second ago this share counts, as an exponent: a pause is half forgotten after 69 s. */
const MEMORY = 0.99;

/**
 * A fault lasts when four of the last five seconds are strong evidence each, as a logarithm, or when the last forty are
 * together without the strong ones, though none counts for more than a factor e. What is over after two seconds is over
 * before a shift helps, and comes again without being a sick zone: a pause, a burst of one client, a link that flaps.
 */
const STRONG = { seconds: 5, level: 2.5, least: 4 };
const WEAK = { seconds: 40, most: 1, level: 7 };

/**
 * Evidence that a zone's events (errors, slow requests) come at a multiple of the other zones' rate, since some unknown
 * second. Of the events of a second, a zone's share is binomial with its share of the requests when all zones are alike,
 * whatever their common rate is: so a regional fault is no evidence, nor is skewed traffic. Each second multiplies a
 * likelihood ratio of which the expectation is 1 at most; their Shiryaev–Roberts sum is an e-detector (Shin, Ramdas and
 * Rinaldo, 2023): while the zones are alike, it takes e^level seconds on average, at least, until `level` reaches a level.
 */
export class Detector {
  /** Of each of the last seconds, the largest of the multiples' logarithms. */
  readonly #strongest: number[] = [];
  /** Of each of the last seconds and each multiple, the logarithm within its bounds; and their sums. */
  readonly #bounded = new Float64Array(WEAK.seconds * MULTIPLES.length);
  readonly #boundedSums = new Float64Array(MULTIPLES.length);
  #place = 0;
  readonly #sums = new Float64Array(MULTIPLES.length).fill(Number.NEGATIVE_INFINITY);
  readonly #most: number;

  /** @param most level at which it stays, so that it falls soon when the zone is well again */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Takes a second's events.
   * @param events of the zone @param others of the other zones @param share the zone's share of all requests, 0 to 1
   */
  add(events: number, others: number, share: number): void {
    if (share <= 0 || share >= 1) return;
    let best = 0;
    for (let index = 0; index < MULTIPLES.length; index += 1) {
      const multiple = MULTIPLES[index] as number;
      const ratio = events * (LOGS[index] as number) - (events + others) * Math.log1p((multiple - 1) * share);
      best = Math.max(best, ratio);
      const bounded = ratio >= STRONG.level ? 0 : Math.max(-WEAK.most, Math.min(ratio, WEAK.most));
      const place = this.#place * MULTIPLES.length + index;
      this.#boundedSums[index] =
        (this.#boundedSums[index] as number) + bounded - (this.#bounded[place] as number);
      this.#bounded[place] = bounded;
      const sum = MEMORY * logPlusOne(this.#sums[index] as number) + Math.min(ratio, MOST_A_SECOND);
      this.#sums[index] = Math.min(sum, this.#most);
    }
    this.#place = (this.#place + 1) % WEAK.seconds;
    this.#strongest.push(best);
    if (this.#strongest.length > STRONG.seconds) this.#strongest.shift();
  }

  /** Whether the last second is as much evidence as a second can be: what a pause or a link that flaps looks like. */
  get isJolt(): boolean {
    return (this.#strongest.at(-1) ?? 0) >= MOST_A_SECOND;
  }

  /** Has the last second not count among the weak ones. */
  leaveOut(): void {
    const place = (this.#place + WEAK.seconds - 1) % WEAK.seconds;
    for (let index = 0; index < MULTIPLES.length; index += 1) {
      const at = place * MULTIPLES.length + index;
      this.#boundedSums[index] = (this.#boundedSums[index] as number) - (this.#bounded[at] as number);
      this.#bounded[at] = 0;
    }
  }

  /** Whether what is wrong was wrong in several of the last seconds. */
  get lasts(): boolean {
    return this.isStrong || this.#boundedSums.some((sum) => sum >= WEAK.level);
  }

  /** Whether several of the last seconds, each by itself, are strong evidence. */
  get isStrong(): boolean {
    return this.#strongest.filter((second) => second >= STRONG.level).length >= STRONG.least;
  }

  /** Logarithm of the evidence: the mean of the multiples'. */
  get level(): number {
    return logMean(this.#sums);
  }

  clear(): void {
    this.#sums.fill(Number.NEGATIVE_INFINITY);
    this.#strongest.length = 0;
    this.#bounded.fill(0);
    this.#boundedSums.fill(0);
  }
}

/** log(e^x + 1) */
function logPlusOne(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

/** Logarithm of the mean of what these are logarithms of. */
export function logMean(logs: ArrayLike<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < logs.length; index += 1) most = Math.max(most, logs[index] as number);
  if (most === Number.NEGATIVE_INFINITY) return most;
  let sum = 0;
  for (let index = 0; index < logs.length; index += 1) sum += Math.exp((logs[index] as number) - most);
  return most + Math.log(sum / logs.length);
}
