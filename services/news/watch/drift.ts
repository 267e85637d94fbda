import type { Manifest } from "../model/manifest.ts";
import { normalTail, populationStability, sameDistribution } from "./statistics.ts";

/** What a model version predicted on its validation data, by which later predictions are judged. */
export type Reference = NonNullable<Manifest["reference"]>;

/** What drift needs of a prediction. */
export interface Observed {
  label: string;
  confidence: number;
  /** Of the whole text. */
  tokens: number;
  truncatedTokens: number;
  unknownTokens: number;
}

export const FEATURES = ["label", "confidence", "tokens", "unknown"] as const;
export type Feature = (typeof FEATURES)[number];

/** A feature of one window against the reference. */
export interface FeatureDrift {
  feature: Feature;
  /** Population stability index. */
  psi: number;
  /** Probability of a window as different as this one, or more, where nothing has changed. */
  p: number;
  drifted: boolean;
}

/** What a look at the newest predictions shows. */
export interface WindowVerdict {
  predictions: number;
  drifted: boolean;
  features: FeatureDrift[];
}

/** The newest predictions that are compared with the reference; a change has filled the window after so many. */
export const WINDOW = 500;
/** After a start the first look is at so many; from then on there is one after each `STEP` predictions. */
const LEAST = 250;
const STEP = 50;
/**
 * False-alarm rate of a look: where independent predictions have not drifted, at most this share of the looks raises an
 * alarm; so at most 0.2 % of the windows, at which there are ten looks. The four features share it equally (Bonferroni),
 * so it holds whatever they have to do with each other. It is an average over references: against one that happens to
 * be unlike its source, more alarms come, which is why it is well below 1 %.
 */
const FALSE_ALARM_RATE = 0.0002;
/** A change that is certain but smaller than this is no alarm: by custom 0.1 is moderate, and this half of it. */
const LEAST_PSI = 0.05;
/** Likewise for the share of tokens that the vocabulary doesn't know, which is almost none: an index says little there. */
const LEAST_UNKNOWN_RISE = 0.02;
/** Texts with unknown tokens of which a rise must come: with fewer, the normal approximation doesn't hold. */
const LEAST_UNKNOWN_TEXTS = 5;

/** The number of the bin of a value: bin 0 is below the first edge, the last bin is from the last edge on. */
export function binOf(edges: readonly number[], value: number): number {
  const bin = edges.findIndex((edge) => value < edge);
  return bin < 0 ? edges.length : bin;
}

/** A prediction as it is counted. It holds no text. */
interface Binned {
  label: number;
  confidence: number;
  length: number;
  tokens: number;
  unknown: number;
}

/** Counts of the predictions in the window. */
class Counts {
  predictions = 0;
  readonly label: number[];
  readonly confidence: number[];
  readonly length: number[];
  /** Sums over the texts, of their tokens t and unknown tokens u. */
  t = 0;
  u = 0;
  tt = 0;
  uu = 0;
  tu = 0;
  textsWithUnknown = 0;

  constructor(reference: Reference) {
    this.label = reference.labels.map(() => 0);
    this.confidence = reference.confidence.counts.map(() => 0);
    this.length = reference.tokens.counts.map(() => 0);
  }

  /** @param by 1 to add a prediction, -1 to take it away */
  add({ label, confidence, length, tokens, unknown }: Binned, by: 1 | -1): void {
    const count = (bins: number[], bin: number) => {
      if (bin in bins) bins[bin] = (bins[bin] ?? 0) + by;
    };
    this.predictions += by;
    count(this.label, label);
    count(this.confidence, confidence);
    count(this.length, length);
    this.t += by * tokens;
    this.u += by * unknown;
    this.tt += by * tokens * tokens;
    this.uu += by * unknown * unknown;
    this.tu += by * tokens * unknown;
    if (unknown > 0) this.textsWithUnknown += by;
  }
}

/** Compares the newest predictions of one model version with its reference, again and again. */
export class DriftMonitor {
  readonly #labels: readonly string[];
  readonly #reference: Reference;
  readonly #counts: Counts;
  readonly #window: Binned[] = [];
  #next = 0;
  #sinceLook = 0;

  constructor(labels: readonly string[], reference: Reference) {
    this.#labels = labels;
    this.#reference = reference;
    this.#counts = new Counts(reference);
  }

  /** @returns the verdict where it was time for a look */
  add(one: Observed): WindowVerdict | undefined {
    const { confidence, tokens: lengths } = this.#reference;
    const tokens = Math.max(1, one.tokens - one.truncatedTokens);
    const binned = {
      label: this.#labels.indexOf(one.label),
      confidence: binOf(confidence.edges, one.confidence),
      length: binOf(lengths.edges, tokens),
      tokens,
      unknown: Math.min(tokens, one.unknownTokens),
    };
    const oldest = this.#window[this.#next];
    if (oldest) this.#counts.add(oldest, -1);
    this.#counts.add(binned, 1);
    this.#window[this.#next] = binned;
    this.#next = (this.#next + 1) % WINDOW;
    this.#sinceLook += 1;
    if (this.#sinceLook < STEP || this.#window.length < LEAST) return undefined;
    this.#sinceLook = 0;
    return verdictOf(this.#reference, this.#counts);
  }
}

function verdictOf(reference: Reference, counts: Counts): WindowVerdict {
  const binned = (feature: Feature, before: readonly number[], now: readonly number[]): FeatureDrift => {
    const psi = populationStability(before, now);
    const p = sameDistribution(before, now);
    return { feature, psi, p, drifted: p < FALSE_ALARM_RATE / FEATURES.length && psi >= LEAST_PSI };
  };
  const features = [
    binned("label", reference.labels, counts.label),
    binned("confidence", reference.confidence.counts, counts.confidence),
    binned("tokens", reference.tokens.counts, counts.length),
    unknownDrift(reference, counts),
  ];
  return { predictions: counts.predictions, drifted: features.some(({ drifted }) => drifted), features };
}

/**
 * Whether the share of unknown tokens rose. Those of one text come together, so the share's error is that of a ratio of
 * sums over texts, and not a binomial one.
 */
function unknownDrift({ samples, unknownShare }: Reference, counts: Counts): FeatureDrift {
  const { predictions: n, t, u, tt, uu, tu, textsWithUnknown } = counts;
  const share = u / t;
  const variance = Math.max(0, uu - 2 * share * tu + share * share * tt) / (n - 1);
  const error = (Math.sqrt(variance / n) / (t / n)) * Math.sqrt(1 + n / samples);
  const p = error === 0 ? (share > unknownShare ? 0 : 1) : normalTail((share - unknownShare) / error);
  const isLarge = share - unknownShare >= LEAST_UNKNOWN_RISE && textsWithUnknown >= LEAST_UNKNOWN_TEXTS;
  const psi = populationStability([unknownShare * t, (1 - unknownShare) * t], [u, t - u]);
  return { feature: "unknown", psi, p, drifted: isLarge && p < FALSE_ALARM_RATE / FEATURES.length };
}
