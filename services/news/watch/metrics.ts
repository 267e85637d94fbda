import { Counter, Gauge, type Registry } from "prom-client";
import type { Prediction } from "../inference/loaded-model.ts";
import { BucketHistogram } from "./bucket-histogram.ts";
import type { WindowVerdict } from "./drift.ts";

/** As what a version analysed: answered as the current one, as part of a split or canary, or only compared. */
export type Variant = "current" | "split" | "canary" | "shadow";

const LATENCY_SECONDS = [0.0005, 0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.125, 0.25, 0.5, 1, 2, 5];
const BATCH_TEXTS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const CONFIDENCE = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1];
const TOKENS = [8, 16, 32, 64, 128, 256, 512, 1024, 4096, 16384];

/** What came of a comparison of two versions' labels for one text. */
export type Compared = "agreed" | "disagreed" | "failed" | "dropped";

/** Prometheus metrics of the predictions and of the model versions. They hold no text and no user. */
export class NewsMetrics {
  readonly #latency: BucketHistogram;
  readonly #batch: BucketHistogram;
  readonly #labels: Counter<"label" | "variant" | "version">;
  readonly #confidence: BucketHistogram;
  readonly #tokens: BucketHistogram;
  readonly #tokensSeen: Counter<"variant" | "version">;
  readonly #unknown: Counter<"variant" | "version">;
  readonly #truncated: Counter<"variant" | "version">;
  readonly #errors: Counter<"variant" | "version">;
  readonly #psi: Gauge<"feature" | "version">;
  readonly #drifted: Gauge<"version">;
  readonly #windows: Counter<"result" | "version">;
  readonly #retrain: Counter<"version">;
  readonly #states: Gauge<"version" | "state">;
  readonly #revision: Gauge;
  readonly #reachable: Gauge;
  readonly #switches: Counter<"version">;
  readonly #refused: Counter<"version" | "why">;
  readonly #rollbacks: Counter<"version" | "why">;
  readonly #compared: Counter<"mode" | "result" | "version">;

  constructor(registry: Registry) {
    const registers = [registry];
    const by = <Name extends string>(...labelNames: Name[]) => ({ labelNames, registers });
    const each = by("variant", "version");
    this.#latency = new BucketHistogram(registry, {
      name: "prediction_latency_seconds",
      help: "Time of a text in a stage: queue, tokenise or infer",
      buckets: LATENCY_SECONDS,
    });
    this.#batch = new BucketHistogram(registry, {
      name: "prediction_batch_size",
      help: "Texts of the batch of a text",
      buckets: BATCH_TEXTS,
    });
    const help = "Predictions by label";
    this.#labels = new Counter({ ...by("label", "variant", "version"), name: "predictions_total", help });
    this.#confidence = new BucketHistogram(registry, {
      name: "prediction_confidence",
      help: "Probability of the label",
      buckets: CONFIDENCE,
    });
    this.#tokens = new BucketHistogram(registry, {
      name: "prediction_tokens",
      help: "Tokens of a text",
      buckets: TOKENS,
    });
    this.#tokensSeen = new Counter({
      ...each,
      name: "prediction_tokens_total",
      help: "Tokens that were analysed",
    });
    this.#unknown = new Counter({
      ...each,
      name: "prediction_unknown_tokens_total",
      help: "Tokens that the vocabulary doesn't know",
    });
    this.#truncated = new Counter({
      ...each,
      name: "prediction_truncated_total",
      help: "Texts that were cut",
    });
    this.#errors = new Counter({ ...each, name: "prediction_errors_total", help: "Analyses that failed" });
    this.#psi = new Gauge({
      ...by("feature", "version"),
      name: "prediction_drift_psi",
      help: "Population stability index of the newest predictions against the version's reference",
    });
    this.#drifted = new Gauge({
      ...by("version"),
      name: "prediction_drift",
      help: "1 where the newest predictions have drifted from the version's reference",
    });
    this.#windows = new Counter({
      ...by("result", "version"),
      name: "prediction_drift_windows_total",
      help: "Looks at the newest predictions: drifted or steady",
    });
    this.#retrain = new Counter({
      ...by("version"),
      name: "model_retrain_events_total",
      help: "Times that drift called for a model to be trained anew",
    });
    this.#states = new Gauge({
      ...by("version", "state"),
      name: "model_version_state",
      help: "1 for the state that a model version is in",
    });
    this.#revision = new Gauge({
      registers,
      name: "model_deployment_revision",
      help: "Revision of the deployment document that this pod follows",
    });
    this.#reachable = new Gauge({
      registers,
      name: "model_bucket_reachable",
      help: "1 where the model bucket answered the last time that it was asked",
    });
    this.#switches = new Counter({
      ...by("version"),
      name: "model_switches_total",
      help: "Times that a version became the one that answers",
    });
    this.#refused = new Counter({
      ...by("version", "why"),
      name: "model_refused_total",
      help: "Versions that were refused: corrupt, incompatible, slow or disagrees",
    });
    this.#rollbacks = new Counter({
      ...by("version", "why"),
      name: "model_rollbacks_total",
      help: "Canaries that this pod ended: errors, latency or disagreement",
    });
    this.#compared = new Counter({
      ...by("mode", "result", "version"),
      name: "model_comparisons_total",
      help: "Texts analysed by the current version and a candidate",
    });
  }

  predicted(version: string, variant: Variant, predictions: readonly Prediction[]): void {
    const by = { variant, version };
    const series = {
      queue: this.#latency.of({ ...by, stage: "queue" }),
      tokenise: this.#latency.of({ ...by, stage: "tokenise" }),
      infer: this.#latency.of({ ...by, stage: "infer" }),
      batch: this.#batch.of(by),
      confidence: this.#confidence.of(by),
      tokens: this.#tokens.of(by),
    };
    const labels = new Map<string, number>();
    let [seen, unknown, truncated] = [0, 0, 0];
    for (const one of predictions) {
      series.queue.observe(one.timings.queueMs / 1000);
      series.tokenise.observe(one.timings.tokenizeMs / 1000);
      series.infer.observe(one.timings.inferMs / 1000);
      series.batch.observe(one.batchSize);
      series.confidence.observe(one.confidence);
      series.tokens.observe(one.tokens);
      labels.set(one.label, (labels.get(one.label) ?? 0) + 1);
      seen += one.tokens - one.truncatedTokens;
      unknown += one.unknownTokens;
      if (one.truncatedTokens > 0) truncated += 1;
    }
    for (const [label, count] of labels) this.#labels.inc({ ...by, label }, count);
    this.#tokensSeen.inc(by, seen);
    this.#unknown.inc(by, unknown);
    this.#truncated.inc(by, truncated);
  }

  failed(version: string, variant: Variant): void {
    this.#errors.inc({ version, variant });
  }

  window(version: string, { drifted, features }: WindowVerdict): void {
    for (const { feature, psi } of features) this.#psi.set({ feature, version }, psi);
    this.#drifted.set({ version }, drifted ? 1 : 0);
    this.#windows.inc({ version, result: drifted ? "drifted" : "steady" });
  }

  /** A version that is not loaded any more has no drift: its alert must end. */
  forget(version: string): void {
    this.#drifted.remove({ version });
  }

  retrain(version: string): void {
    this.#retrain.inc({ version });
  }

  states(states: readonly { version: string; state: string }[]): void {
    this.#states.reset();
    for (const { version, state } of states) this.#states.set({ version, state }, 1);
  }

  follows(revision: number): void {
    this.#revision.set(revision);
  }

  reachable(isReachable: boolean): void {
    this.#reachable.set(isReachable ? 1 : 0);
  }

  switched(version: string): void {
    this.#switches.inc({ version });
  }

  refused(version: string, why: string): void {
    this.#refused.inc({ version, why });
  }

  rolledBack(version: string, why: string): void {
    this.#rollbacks.inc({ version, why });
  }

  compared(version: string, mode: "canary" | "shadow", result: Compared, texts = 1): void {
    this.#compared.inc({ version, mode, result }, texts);
  }
}
