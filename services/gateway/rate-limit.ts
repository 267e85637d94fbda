import { ProblemError } from "../kit/http/problem.ts";
import { type RateLimit, TokenBucket } from "../kit/token-bucket.ts";

/** Users whose buckets are kept at most, some 100 bytes each; the bucket made first goes when there are more, and would be full again. */
const MAX_USERS = 100_000;

/**
 * Bounds what one user may send to this pod, and says so in the headers of the IETF's draft
 * (draft-ietf-httpapi-ratelimit-headers-10): the policy as quota and window, and what is left of it.
 */
export class UserLimits {
  readonly #limit: RateLimit;
  readonly #policy: string;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
    const window = Math.max(1, Math.round(limit.burst / limit.perSecond));
    this.#policy = `"user";q=${limit.burst};w=${window}`;
  }

  /**
   * Counts a request, and returns the headers of its response.
   * @param now in milliseconds, by `performance.now()`
   * @throws ProblemError 429 with Retry-After beyond the limit
   */
  take(user: string, now: number): Record<string, string> {
    const bucket = this.#buckets.get(user) ?? this.#add(user, now);
    const allowed = bucket.take(now);
    const { remaining, waitSeconds } = bucket;
    const headers = {
      "ratelimit-policy": this.#policy,
      ratelimit: `"user";r=${remaining}${allowed ? "" : `;t=${waitSeconds}`}`,
    };
    if (allowed) return headers;
    throw new ProblemError(429, "You send more requests than you may; send the next one later.", {
      headers: { ...headers, "retry-after": String(waitSeconds) },
    });
  }

  #add(user: string, now: number): TokenBucket {
    const [oldest = ""] = this.#buckets.size < MAX_USERS ? [] : this.#buckets.keys();
    this.#buckets.delete(oldest);
    const bucket = new TokenBucket(this.#limit, now);
    this.#buckets.set(user, bucket);
    return bucket;
  }
}
