/** Counts a probe's results in a row against its thresholds, as kubelet does. */
export class Streak {
  readonly #thresholds: { successThreshold: number; failureThreshold: number };
  #successes = 0;
  #failures = 0;

  constructor(thresholds: { successThreshold: number; failureThreshold: number }) {
    this.#thresholds = thresholds;
  }

  /** Answers what the probe now says for certain; undefined while a threshold isn't reached. */
  record(ok: boolean): "success" | "failure" | undefined {
    this.#successes = ok ? this.#successes + 1 : 0;
    this.#failures = ok ? 0 : this.#failures + 1;
    if (this.#successes >= this.#thresholds.successThreshold) return "success";
    return this.#failures >= this.#thresholds.failureThreshold ? "failure" : undefined;
  }
}
