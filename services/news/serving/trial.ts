import type { Logger } from "../../kit/telemetry/index.ts";
import type { LoadedModel, Prediction } from "../inference/loaded-model.ts";
import type { NewsMetrics, PredictionWatch } from "../watch/index.ts";
import { type CanaryFault, CanaryJudge } from "./canary.ts";
import type { Deployment } from "./deployment.ts";
import type { SecondOpinions } from "./second-opinions.ts";

type Candidate = NonNullable<Deployment["candidate"]>;

export interface TrialArgs {
  candidate: Candidate;
  opinions: SecondOpinions;
  log: Logger;
  metrics: NewsMetrics;
  watch: PredictionWatch;
  /** Called once, when the candidate must not answer any more. */
  onFault(fault: CanaryFault): void;
}

const totalMs = ({ timings }: Prediction) => timings.queueMs + timings.tokenizeMs + timings.inferMs;

/** A candidate under one revision of the deployment document: what it answers is compared with the current version. */
export class Trial {
  readonly candidate: Candidate;
  readonly #args: TrialArgs;
  readonly #judge = new CanaryJudge();
  #hasEnded = false;

  constructor(args: TrialArgs) {
    this.#args = args;
    this.candidate = args.candidate;
  }

  /** Figures for the admin endpoint. */
  report(): ReturnType<CanaryJudge["report"]> {
    return this.#judge.report();
  }

  /** The canary failed to answer a user, for whom the current version did. */
  failed(): void {
    this.#judge.failed();
    this.#look();
  }

  /**
   * A user was answered.
   * @param version the one that answered
   * @param second the version that analyses the texts as well, in the background and only where there is room
   */
  answered(
    version: string,
    second: LoadedModel | undefined,
    texts: readonly string[],
    predictions: readonly Prediction[],
  ): void {
    const by = version === this.candidate.version ? "candidate" : "current";
    for (const [i, prediction] of predictions.entries()) {
      this.#judge.answered(by, totalMs(prediction));
      if (second) this.#compare(second, texts[i] ?? "", prediction.label);
    }
    this.#look();
  }

  #compare(second: LoadedModel, text: string, label: string): void {
    const { version, mode } = this.candidate;
    const { metrics, watch, log } = this.#args;
    this.#args.opinions.ask({
      model: second,
      text,
      label,
      done: (result, prediction, error) => {
        metrics.compared(version, mode, result);
        if (result === "failed") {
          log.warn({ err: error, version: second.version, mode }, "a text could not be compared");
          if (mode === "shadow") this.#judge.failed();
        } else if (result !== "dropped") {
          this.#judge.compared(result === "agreed");
        }
        if (mode === "shadow" && prediction) {
          watch.predicted(version, mode, [prediction]);
          this.#judge.answered("candidate", totalMs(prediction));
        }
        this.#look();
      },
    });
  }

  /** Ends a canary that fails, is slow or disagrees; and a shadow that fails: its other figures are its purpose. */
  #look(): void {
    if (this.#hasEnded) return;
    const fault = this.candidate.mode === "canary" ? this.#judge.fault() : this.#judge.errorFault();
    if (!fault) return;
    this.#hasEnded = true;
    this.#args.onFault(fault);
  }
}
