import { ARCZonalShiftServiceException, NoAnswerError } from "./errors.ts";

const base = 100;
const cap = 5_000;

/** Milliseconds before the next attempt, with full jitter (AWS's architecture blog, "Exponential Backoff And Jitter"). */
export function backOff(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(cap, base * 2 ** attempt);
}

/** What follows from a failed attempt. */
interface Verdict {
  retry: boolean;
  /** The operation may have been carried out all the same. */
  uncertain: boolean;
}

const retriedStatuses = new Set([500, 502, 503, 504]);

/**
 * A throttled request and one that was never sent were not carried out. After a server error or a lost answer the outcome
 * is unknown; a retry is safe all the same, since a resource has one customer shift at most and the other operations are
 * idempotent. When such a retry is answered with a conflict, `recover.ts` finds out whether it is one with itself.
 */
export function judge(error: unknown): Verdict {
  if (error instanceof NoAnswerError) return { retry: true, uncertain: !error.notSent };
  if (!(error instanceof ARCZonalShiftServiceException)) return { retry: false, uncertain: false };
  const status = error.$metadata.httpStatusCode ?? 0;
  if (error.name === "ThrottlingException" || status === 429) return { retry: true, uncertain: false };
  return { retry: retriedStatuses.has(status), uncertain: status >= 500 };
}
