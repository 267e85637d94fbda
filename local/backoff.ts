/** How long to wait between the tries of one job. Times are in milliseconds. */
interface BackoffOptions {
  firstMs: number;
  maxMs: number;
  /** A try that ran for this long was a success: what comes after it waits as briefly as after the first. @default never */
  resetAfterMs?: number;
  /** Whether the first retry comes at once. @default false */
  firstAtOnce?: boolean;
  /** @default Math.random */
  random?: () => number;
}

/** Waits between tries: doubling from the first to the longest, each shortened by up to 20 % so that retries spread. */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Milliseconds to wait now that a try has failed, which had run for `ranMs`. */
  next(ranMs = 0): number {
    const { firstMs, maxMs, resetAfterMs, firstAtOnce, random = Math.random } = this.#options;
    if (resetAfterMs !== undefined && ranMs >= resetAfterMs) this.reset();
    const doublings = this.#failures - (firstAtOnce ? 1 : 0);
    this.#failures += 1;
    return doublings < 0 ? 0 : Math.min(maxMs, firstMs * 2 ** doublings) * (1 - 0.2 * random());
  }

  /** A try succeeded: the next wait is the first again. */
  reset(): void {
    this.#failures = 0;
  }
}
