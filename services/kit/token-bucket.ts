/** What one sender may send. */
export interface RateLimit {
  /** In the long run. */
  perSecond: number;
  /** At once. */
  burst: number;
}

/** Bounds what one sender may send. Times are milliseconds by any clock that doesn't go back. */
export class TokenBucket {
  readonly #limit: RateLimit;
  #tokens: number;
  #at: number;

  constructor(limit: RateLimit, now: number) {
    this.#limit = limit;
    this.#tokens = limit.burst;
    this.#at = now;
  }

  /** Takes so many tokens, or none where there are fewer: then the answer is false. */
  take(now: number, count = 1): boolean {
    const { perSecond, burst } = this.#limit;
    const gained = (Math.max(0, now - this.#at) / 1000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + gained);
    this.#at = now;
    if (this.#tokens < count) return false;
    this.#tokens -= count;
    return true;
  }

  /** Tokens that can be taken at once. */
  get remaining(): number {
    return Math.floor(this.#tokens);
  }

  /** Seconds, rounded up, until there are so many tokens, where there are fewer. */
  waitSeconds(count = 1): number {
    return Math.ceil((count - this.#tokens) / this.#limit.perSecond);
  }
}
