import { binomialTail, median } from "../watch/index.ts";
import { disagreesTooMuch, isMuchSlower } from "./compare.ts";

/** Times of so many answers are kept, and so many are needed of each version to compare them. */
const MOST_TIMES = 200;
const LEAST_TIMES = 30;
/** After so many more they are compared again: it means sorting them. */
const TIMES_BETWEEN = 10;
/** So many compared texts say something of agreement. */
const LEAST_COMPARED = 30;
/** A healthy version fails at most in this share of the analyses. */
const ERROR_SHARE = 0.01;
/** Its errors are no chance when they are less likely than this, of a healthy version. */
const UNLIKELY = 1e-4;
const LEAST_ERRORS = 3;

export interface CanaryFault {
  why: "errors" | "latency" | "disagreement";
  /** A sentence with the figures. */
  reason: string;
}

/** Judges a canary by what it answered so far, beside the current version in the same time. */
export class CanaryJudge {
  readonly #times: Record<"candidate" | "current", number[]> = { candidate: [], current: [] };
  /** Of both versions, and how many there were when their times were last compared. */
  #answers = 0;
  #answersCompared = 0;
  #analyses = 0;
  #errors = 0;
  #compared = 0;
  #disagreed = 0;

  /** @param ms from the queue to the answer, milliseconds */
  answered(by: "candidate" | "current", ms: number): void {
    const times = this.#times[by];
    this.#answers += 1;
    times.push(ms);
    if (times.length > MOST_TIMES) times.shift();
    if (by === "candidate") this.#analyses += 1;
  }

  failed(): void {
    this.#analyses += 1;
    this.#errors += 1;
  }

  /** A text that both versions analysed. */
  compared(agreed: boolean): void {
    this.#compared += 1;
    if (!agreed) this.#disagreed += 1;
  }

  /** Figures for the admin endpoint. */
  report() {
    return {
      analyses: this.#analyses,
      errors: this.#errors,
      compared: this.#compared,
      disagreed: this.#disagreed,
    };
  }

  /** Why the canary must end. */
  fault(): CanaryFault | undefined {
    return this.errorFault() ?? this.#latencyFault() ?? this.#disagreementFault();
  }

  /** As `fault`, for errors only. */
  errorFault(): CanaryFault | undefined {
    const chance = binomialTail(this.#errors, this.#analyses, ERROR_SHARE);
    if (this.#errors < LEAST_ERRORS || chance > UNLIKELY) return undefined;
    return { why: "errors", reason: `${this.#errors} of ${this.#analyses} analyses failed` };
  }

  #latencyFault(): CanaryFault | undefined {
    const { candidate, current } = this.#times;
    if (Math.min(candidate.length, current.length) < LEAST_TIMES) return undefined;
    if (this.#answers < this.#answersCompared + TIMES_BETWEEN) return undefined;
    this.#answersCompared = this.#answers;
    const [candidateMs, currentMs] = [median(candidate), median(current)];
    if (!isMuchSlower(candidateMs, currentMs)) return undefined;
    const reason = `its median is ${candidateMs.toFixed(1)} ms, the current version's ${currentMs.toFixed(1)} ms`;
    return { why: "latency", reason };
  }

  #disagreementFault(): CanaryFault | undefined {
    if (this.#compared < LEAST_COMPARED || !disagreesTooMuch(this.#disagreed, this.#compared))
      return undefined;
    const reason = `${this.#disagreed} of ${this.#compared} texts get another label than from the current version`;
    return { why: "disagreement", reason };
  }
}
