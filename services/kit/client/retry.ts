/** Full jitter (evenly between nothing and the exponential bound), so that clients of a lost zone don't come back in step. */
export function backoffMs(attempt: number, baseMs = 50, capMs = 500, random = Math.random): number {
  return random() * Math.min(capMs, baseMs * 2 ** (attempt - 1));
}

/** Methods that may be sent again as a repeat changes nothing (RFC 9110, 9.2.2). */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"]);

/** Whether a request may be sent again when it is not known if it took effect. */
export function isRepeatable(method: string, idempotencyKey: unknown): boolean {
  return IDEMPOTENT.has(method) || Boolean(idempotencyKey);
}

/** Gateway-made statuses: the request may not have been handled, and may succeed elsewhere. */
export function isTransientStatus(status: number): boolean {
  return status === 502 || status === 503 || status === 504;
}

/**
 * Bounds retries to a share of the requests, so that an upstream that is down or overloaded gets at most that much
 * more. A reserve lets the requests through that are under way at the moment when a zone is lost.
 */
export class RetryBudget {
  #tokens: number;
  readonly #share: number;
  readonly #reserve: number;

  constructor(share = 0.2, reserve = 100) {
    this.#share = share;
    this.#reserve = reserve;
    this.#tokens = reserve;
  }

  /** To be called for each first try. */
  deposit(): void {
    this.#tokens = Math.min(this.#reserve, this.#tokens + this.#share);
  }

  /** Takes the right to one retry; false when there is none left. */
  take(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
