import { ProblemError } from "../kit/http/problem.ts";

export interface RateLimit {
  /** Requests a second that a user may send in the long run. */
  perSecond: number;
  /** Requests that may come at once. */
  burst: number;
}

/** Whether a request is allowed. */
export interface Allowance {
  allowed: boolean;
  /** Requests that may follow at once. */
  remaining: number;
  /** Seconds, rounded up, until there is one more, where there is none. */
  waitSeconds: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Buckets kept at most, some 100 bytes each; the one made first goes when there are more, and would be full again. */
const MAX_BUCKETS = 100_000;

/** A token bucket for each key, in this process's memory: what a user may send to all pods is that times the pods. */
export class TokenBuckets {
  readonly #limit: RateLimit;
  readonly #maxBuckets: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limit: RateLimit, maxBuckets = MAX_BUCKETS) {
    this.#limit = limit;
    this.#maxBuckets = maxBuckets;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token where there is one. @param now in milliseconds, by any clock that doesn't go back */
  take(key: string, now: number): Allowance {
    const { perSecond, burst } = this.#limit;
    const bucket = this.#buckets.get(key) ?? this.#add(key, now);
    const gained = (Math.max(0, now - bucket.at) / 1000) * perSecond;
    bucket.tokens = Math.min(burst, bucket.tokens + gained);
    bucket.at = now;
    const allowed = bucket.tokens >= 1;
    if (allowed) bucket.tokens -= 1;
    const waitSeconds = allowed ? 0 : Math.ceil((1 - bucket.tokens) / perSecond);
    return { allowed, remaining: Math.floor(bucket.tokens), waitSeconds };
  }

  #add(key: string, now: number): Bucket {
    if (this.#buckets.size >= this.#maxBuckets) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    const bucket = { tokens: this.#limit.burst, at: now };
    this.#buckets.set(key, bucket);
    return bucket;
  }
}

/**
 * Bounds what one user may send to this pod, and says so in the headers of the IETF's draft
 * (draft-ietf-httpapi-ratelimit-headers-10): the policy as quota and window, and what is left of it.
 */
export class UserLimits {
  readonly #buckets: TokenBuckets;
  readonly #policy: string;

  constructor(limit: RateLimit) {
    this.#buckets = new TokenBuckets(limit);
    const window = Math.max(1, Math.round(limit.burst / limit.perSecond));
    this.#policy = `"user";q=${limit.burst};w=${window}`;
  }

  /**
   * Counts a request, and returns the headers of its response.
   * @param now in milliseconds, by `performance.now()`
   * @throws ProblemError 429 with Retry-After beyond the limit
   */
  take(user: string, now: number): Record<string, string> {
    const { allowed, remaining, waitSeconds } = this.#buckets.take(user, now);
    const headers = {
      "ratelimit-policy": this.#policy,
      ratelimit: `"user";r=${remaining}${allowed ? "" : `;t=${waitSeconds}`}`,
    };
    if (allowed) return headers;
    throw new ProblemError(429, "You send more requests than you may; send the next one later.", {
      headers: { ...headers, "retry-after": String(waitSeconds) },
    });
  }
}
