import { ARCZonalShiftServiceException, NoAnswerError } from "./errors.ts";

const base = 100;
const cap = 5_000;

/** Full jitter (AWS's architecture blog, "Exponential Backoff And Jitter"): any time up to the doubled one, in ms. */
export function backOff(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(cap, base * 2 ** attempt);
}

/** What to make of a failed attempt. */
export interface Verdict {
  retry: boolean;
  /** The operation may have been carried out although it failed for us. */
  uncertain: boolean;
}

const retriedStatuses = new Set([500, 502, 503, 504]);

/**
 * A throttled request and one that was never sent were not carried out. After a server error or a lost answer nobody
 * knows; trying again is safe all the same, since no operation of this API adds up: a resource has one customer shift
 * at most, and the others set what they set. What such a repeat is told is then put right by `recover.ts`.
 */
export function judge(error: unknown): Verdict {
  if (error instanceof NoAnswerError) return { retry: true, uncertain: !error.notSent };
  if (!(error instanceof ARCZonalShiftServiceException)) return { retry: false, uncertain: false };
  const status = error.$metadata.httpStatusCode ?? 0;
  if (error.name === "ThrottlingException" || status === 429) return { retry: true, uncertain: false };
  return { retry: retriedStatuses.has(status), uncertain: status >= 500 };
}
