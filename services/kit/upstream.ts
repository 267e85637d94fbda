import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { AttemptError, attempt, type UpstreamRequest, type UpstreamResponse } from "./attempt.ts";
import type { Cancel } from "./cancel.ts";
import { Connections } from "./connections.ts";
import { ProblemError } from "./problem.ts";
import { backoffMs, isRepeatable, isTransientStatus, RetryBudget } from "./retry.ts";

export interface UpstreamArgs {
  /** Base URL; its path is put before each request's. */
  url: string;
  /** What it is called in messages to the client, e.g. `trading`. */
  name: string;
  /** @default 1000 */
  connectTimeoutMs?: number;
  /** Until one try's headers arrive. @default 2000 */
  tryTimeoutMs?: number;
  /** For all tries and the waits between them. @default 10000 */
  totalTimeoutMs?: number;
  /** Requests under way at once; more are refused with 503. @default 512 */
  maxInFlight?: number;
}

const MAX_TRIES = 3;

/** Another service, reached over HTTP with bounded time, bounded retries and bounded concurrency. */
export class Upstream {
  readonly #args: Required<UpstreamArgs>;
  readonly #connections: Connections;
  readonly #budget = new RetryBudget();
  readonly #prefix: string;
  #inFlight = 0;

  constructor(args: UpstreamArgs) {
    this.#args = {
      connectTimeoutMs: 1000,
      tryTimeoutMs: 2000,
      totalTimeoutMs: 10_000,
      maxInFlight: 512,
      ...args,
    };
    const url = new URL(args.url);
    this.#prefix = url.pathname.replace(/\/$/, "");
    this.#connections = new Connections(url.origin, this.#args.connectTimeoutMs);
  }

  /**
   * Sends a request, and again where that is safe and may help.
   * @throws ProblemError 502, 503 or 504 with Retry-After; the abort reason when the client went away.
   */
  async request(request: UpstreamRequest, client: Cancel): Promise<UpstreamResponse> {
    if (this.#inFlight >= this.#args.maxInFlight) {
      throw this.#unavailable(503, "is answering as many requests as it may", undefined);
    }
    this.#inFlight += 1;
    try {
      const sent = this.#prefix ? { ...request, path: this.#prefix + request.path } : request;
      return await this.#tries(sent, client);
    } finally {
      this.#inFlight -= 1;
    }
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async #tries(request: UpstreamRequest, client: Cancel): Promise<UpstreamResponse> {
    const deadline = performance.now() + this.#args.totalTimeoutMs;
    const tries = isRepeatable(request.method, request.headers["idempotency-key"]) ? MAX_TRIES : 1;
    this.#budget.deposit();
    for (let number = 1; ; number += 1) {
      const outcome = await this.#once(request, deadline, client);
      const failed = outcome instanceof AttemptError || isTransientStatus(outcome.status);
      const pause = backoffMs(number);
      const again = failed && number < tries && performance.now() + pause < deadline && this.#budget.take();
      if (!again) return this.#conclude(outcome);
      if (!(outcome instanceof AttemptError)) discard(outcome);
      await sleep(pause);
      if (client.aborted) throw client.reason;
    }
  }

  async #once(request: UpstreamRequest, deadline: number, client: Cancel) {
    const pool = this.#connections.current();
    const timeout = Math.min(this.#args.tryTimeoutMs, deadline - performance.now());
    try {
      return await attempt(pool, request, timeout, client);
    } catch (error) {
      if (!(error instanceof AttemptError)) throw error;
      this.#connections.retire(pool);
      return error;
    }
  }

  #conclude(outcome: UpstreamResponse | AttemptError): UpstreamResponse {
    if (!(outcome instanceof AttemptError)) return outcome;
    if (outcome.timedOut) throw this.#unavailable(504, "did not answer in time", outcome);
    throw this.#unavailable(502, "could not be reached", outcome);
  }

  #unavailable(status: number, what: string, cause: unknown): ProblemError {
    const detail = `The service "${this.#args.name}" ${what}. Try again, with the same Idempotency-Key where you sent one.`;
    return new ProblemError(status, detail, { headers: { "retry-after": "1" }, cause });
  }
}

/** Nobody reads this answer any more, so nobody would hear of it breaking off either: that must not be unhandled. */
function discard({ body }: UpstreamResponse): void {
  if (body instanceof Readable) body.on("error", () => undefined).destroy();
}
