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

  /** Takes one token; false when there is none. */
  take(now: number): boolean {
    const { perSecond, burst } = this.#limit;
    const gained = (Math.max(0, now - this.#at) / 1000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + gained);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Tokens that can be taken at once. */
  get remaining(): number {
    return Math.floor(this.#tokens);
  }

  /** Seconds, rounded up, until there is a token, where there is none. */
  get waitSeconds(): number {
    return Math.ceil((1 - this.#tokens) / this.#limit.perSecond);
  }
}
