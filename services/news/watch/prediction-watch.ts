import type { Logger } from "../../kit/telemetry/index.ts";
import type { LoadedModel, Prediction } from "../inference/loaded-model.ts";
import { DriftMonitor, type FeatureDrift, type WindowVerdict } from "./drift.ts";
import type { NewsMetrics, Variant } from "./metrics.ts";

/** A version whose predictions drifted from its reference: somebody should look, and train anew on newer texts. */
export interface RetrainEvent {
  version: string;
  /** ISO 8601. */
  at: string;
  /** Predictions of the window that has drifted. */
  predictions: number;
  /** The features that have drifted. */
  features: FeatureDrift[];
}

/** While a version stays drifted it calls for a new training no more often than this, in milliseconds. */
const RETRAIN_PAUSE_MS = 60 * 60 * 1000;

export interface PredictionWatchArgs {
  metrics: NewsMetrics;
  log: Logger;
  /** Called beside the log line and the metric, e.g. to store the event. Its failure is logged. */
  onRetrain?(event: RetrainEvent): Promise<void>;
  /** Milliseconds since 1970. @default Date.now */
  now?(): number;
}

interface Watched {
  monitor: DriftMonitor | undefined;
  /** When a retrain event was last raised, in milliseconds since 1970. */
  raisedAt: number;
  /** Of the last look. */
  verdict: WindowVerdict | undefined;
}

/** Counts each prediction, and compares those of each loaded version with the version's reference. */
export class PredictionWatch {
  readonly #args: PredictionWatchArgs;
  readonly #now: () => number;
  readonly #versions = new Map<string, Watched>();

  constructor(args: PredictionWatchArgs) {
    this.#args = args;
    this.#now = args.now ?? Date.now;
  }

  /** To be called for each model that is loaded. One without a reference is counted, and not watched for drift. */
  loaded({
    version,
    labels,
    manifest: { reference },
  }: Pick<LoadedModel, "version" | "labels" | "manifest">): void {
    if (!reference) this.#args.log.warn({ version }, "the model has no reference: its drift is not watched");
    this.#versions.set(version, {
      monitor: reference && new DriftMonitor(labels, reference),
      raisedAt: Number.NEGATIVE_INFINITY,
      verdict: undefined,
    });
  }

  /** To be called for each model that is unloaded. */
  unloaded(version: string): void {
    this.#versions.delete(version);
    this.#args.metrics.forget(version);
  }

  /** What the last look at a version's predictions showed; undefined before the first. */
  drift(version: string): WindowVerdict | undefined {
    return this.#versions.get(version)?.verdict;
  }

  /** @param variant those of a shadow are counted, and not watched for drift: under load many are left out */
  predicted(version: string, variant: Variant, predictions: readonly Prediction[]): void {
    const { metrics } = this.#args;
    metrics.predicted(version, variant, predictions);
    const watched = this.#versions.get(version);
    if (!watched?.monitor || variant === "shadow") return;
    for (const prediction of predictions) {
      const verdict = watched.monitor.add(prediction);
      if (!verdict) continue;
      metrics.window(version, verdict);
      const drifted = verdict.features.filter((feature) => feature.drifted);
      if (watched.verdict?.drifted && !verdict.drifted)
        this.#args.log.info({ version }, "predictions drift no more");
      watched.verdict = verdict;
      if (verdict.drifted) this.#raise(watched, version, verdict.predictions, drifted);
    }
  }

  #raise(watched: Watched, version: string, predictions: number, features: FeatureDrift[]): void {
    const { metrics, log, onRetrain } = this.#args;
    const now = this.#now();
    if (now - watched.raisedAt < RETRAIN_PAUSE_MS) return;
    watched.raisedAt = now;
    const event = { version, at: new Date(now).toISOString(), predictions, features };
    metrics.retrain(version);
    log.warn(
      { event: "retrain", ...event },
      "predictions drift from the model's reference: consider training anew",
    );
    onRetrain?.(event).catch((error: unknown) => {
      log.error({ err: error, version }, "the retrain event could not be stored");
    });
  }
}
