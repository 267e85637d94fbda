import { setTimeout as sleep } from "node:timers/promises";
import { backoffMs } from "../../services/kit/client/retry.ts";

const TRIES = 5;
/** Answers that say "later", and those of a balancer whose target went away. */
const AGAIN = new Set([429, 502, 503, 504]);

/**
 * `fetch` as a client of the API should use it where a repeat does no harm: it comes back after a lost connection or an
 * answer that says so, after the time that Retry-After names and a back-off with full jitter, so that clients don't come
 * back together. Five tries at most; the last one's answer is the answer.
 */
export async function fetchAgain(url: string, init: RequestInit = {}): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await fetch(url, { signal: AbortSignal.timeout(20_000), ...init }).catch(
      (error: unknown) => error as Error,
    );
    const isLast = attempt === TRIES;
    if (outcome instanceof Response && (isLast || !AGAIN.has(outcome.status))) return outcome;
    if (!(outcome instanceof Response) && isLast) throw outcome;
    const named = outcome instanceof Response ? Number(outcome.headers.get("retry-after") ?? 0) : 0;
    await sleep(1000 * named + backoffMs(attempt, 200, 3000));
  }
}
