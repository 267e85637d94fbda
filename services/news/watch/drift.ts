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

/** What a full window shows. */
export interface WindowVerdict {
  predictions: number;
  drifted: boolean;
  features: FeatureDrift[];
}

/**
 * Predictions of a window. A change that begins anywhere in one fills the whole next one, so it is seen within twice as
 * many predictions.
 */
export const WINDOW = 250;
/**
 * False-alarm rate: of windows of independent predictions without drift, at most this share raises an alarm. The four
 * features share it equally (Bonferroni), so it holds whatever they have to do with each other.
 */
export const FALSE_ALARM_RATE = 0.001;
/** A change that is certain but smaller than this is no alarm: 0.1 is customary for a moderate change. */
const LEAST_PSI = 0.1;
/** Likewise for the share of tokens that the vocabulary doesn't know, which is near zero: an index says little there. */
const LEAST_UNKNOWN_RISE = 0.02;
/** Texts with unknown tokens of which a window's rise must come: with fewer, the normal approximation doesn't hold. */
const LEAST_UNKNOWN_TEXTS = 5;

/** The number of the bin of a value: bin 0 is below the first edge, the last bin is from the last edge on. */
export function binOf(edges: readonly number[], value: number): number {
  const bin = edges.findIndex((edge) => value < edge);
  return bin < 0 ? edges.length : bin;
}

/** Counts of the predictions of one window; no text and nothing of one user. */
class Counts {
  predictions = 0;
  readonly label: number[];
  readonly confidence: number[];
  readonly tokens: number[];
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
    this.tokens = reference.tokens.counts.map(() => 0);
  }
}

/** Compares the predictions of one model version with its reference, window by window. */
export class DriftMonitor {
  readonly #labels: readonly string[];
  readonly #reference: Reference;
  readonly #window: number;
  #counts: Counts;

  constructor(labels: readonly string[], reference: Reference, window = WINDOW) {
    this.#labels = labels;
    this.#reference = reference;
    this.#window = window;
    this.#counts = new Counts(reference);
  }

  /** @returns the verdict over a window that this prediction completes */
  add(one: Observed): WindowVerdict | undefined {
    const counts = this.#counts;
    const tokens = Math.max(1, one.tokens - one.truncatedTokens);
    const unknown = Math.min(tokens, one.unknownTokens);
    const count = (bins: number[], bin: number) => {
      if (bin in bins) bins[bin] = (bins[bin] ?? 0) + 1;
    };
    counts.predictions += 1;
    count(counts.label, this.#labels.indexOf(one.label));
    count(counts.confidence, binOf(this.#reference.confidence.edges, one.confidence));
    count(counts.tokens, binOf(this.#reference.tokens.edges, tokens));
    counts.t += tokens;
    counts.u += unknown;
    counts.tt += tokens * tokens;
    counts.uu += unknown * unknown;
    counts.tu += tokens * unknown;
    if (unknown > 0) counts.textsWithUnknown += 1;
    if (counts.predictions < this.#window) return undefined;
    this.#counts = new Counts(this.#reference);
    return verdictOf(this.#reference, counts);
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
    binned("tokens", reference.tokens.counts, counts.tokens),
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
