import { ProblemError } from "../kit/http/problem.ts";
import { type RateLimit, TokenBuckets } from "./token-bucket.ts";

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
