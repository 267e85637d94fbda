import { type RateLimit, TokenBucket } from "../token-bucket.ts";
import { ProblemError } from "./problem.ts";

/** Users whose buckets are kept at most, some 100 bytes each; the bucket made first goes when there are more, and would be full again. */
const MAX_USERS = 100_000;

export interface UserLimit extends RateLimit {
  /** Of the policy, in the headers. @default "user" */
  name?: string;
  /** What is counted, as the client reads it. @default "requests" */
  what?: string;
}

/**
 * Bounds what one user may send to this pod, and says so in the headers of the IETF's draft
 * (draft-ietf-httpapi-ratelimit-headers-10): the policy as quota and window, and what is left of it.
 */
export class UserLimits {
  readonly #limit: Required<UserLimit>;
  readonly #policy: string;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(limit: UserLimit) {
    this.#limit = { name: "user", what: "requests", ...limit };
    const window = Math.max(1, Math.round(limit.burst / limit.perSecond));
    this.#policy = `"${this.#limit.name}";q=${limit.burst};w=${window}`;
  }

  /**
   * Counts a request, and returns the headers of its response.
   * @param now in milliseconds, by `performance.now()`
   * @param count how many it counts for, no more than the burst
   * @throws ProblemError 429 with Retry-After beyond the limit
   */
  take(user: string, now: number, count = 1): Record<string, string> {
    const { name, what } = this.#limit;
    const bucket = this.#buckets.get(user) ?? this.#add(user, now);
    const allowed = bucket.take(now, count);
    const { remaining } = bucket;
    const waitSeconds = bucket.waitSeconds(count);
    const headers = {
      "ratelimit-policy": this.#policy,
      ratelimit: `"${name}";r=${remaining}${allowed ? "" : `;t=${waitSeconds}`}`,
    };
    if (allowed) return headers;
    throw new ProblemError(429, `You send more ${what} than you may; send the next ones later.`, {
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
