import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { ProblemError, RETRY_LATER_HEADER } from "../http/problem.ts";
import { AttemptError, attempt, type UpstreamRequest, type UpstreamResponse } from "./attempt.ts";
import { backoffMs, isRepeatable, isTransientStatus, RetryBudget } from "./retry.ts";

const MAX_AGE_MS = 5000;

/**
 * Keep-alive connections to one address, replaced as a whole from time to time and whenever one of them failed.
 * Kubernetes balances connections, not requests: an old connection keeps leading to the pod that it was opened to,
 * also when that pod's zone is frozen or shifted away, and a new pod gets no traffic over old ones.
 */
export class Connections {
  readonly #origin: string;
  readonly #connectTimeoutMs: number;
  readonly #ca: string | undefined;
  #pool: Pool;
  #bornAt = performance.now();

  /** @param ca as for `UpstreamArgs` */
  constructor(origin: string, connectTimeoutMs: number, ca?: string) {
    this.#origin = origin;
    this.#connectTimeoutMs = connectTimeoutMs;
    this.#ca = ca;
    this.#pool = this.#create();
  }

  /** The pool that new requests are to use; `now` by `performance.now()`. */
  current(now = performance.now()): Pool {
    if (now - this.#bornAt > MAX_AGE_MS) this.retire(this.#pool);
    return this.#pool;
  }

  /** Has new requests use new connections; those under way finish on the old ones. */
  retire(pool: Pool): void {
    if (pool !== this.#pool) return;
    this.#pool = this.#create();
    this.#bornAt = performance.now();
    void pool.close();
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #create(): Pool {
    const ca = this.#ca && { ca: this.#ca };
    return new Pool(this.#origin, { connect: { timeout: this.#connectTimeoutMs, ...ca } });
  }
}

export interface UpstreamArgs {
  /** Base URL; its path is put before each request's. */
  url: string;
  /** What it is called in messages to the client, e.g. `trading`. */
  name: string;
  /** Certificate of the authority to trust, PEM. @default those that Node trusts */
  ca?: string | undefined;
  /** Until one try's headers arrive. @default 2000 */
  tryTimeoutMs?: number;
  /** For all tries and the waits between them. @default 10000 */
  totalTimeoutMs?: number;
  /** Requests under way at once; more are refused with 503. @default 512 */
  maxInFlight?: number;
  /** Whether any request may be sent again, as a repeat does no harm. @default only those that HTTP allows to */
  repeatsAll?: boolean;
}

const CONNECT_TIMEOUT_MS = 1000;
const MAX_TRIES = 3;

/** Another service, reached over HTTP with bounded time, bounded retries and bounded concurrency. */
export class Upstream {
  readonly #args: Required<Omit<UpstreamArgs, "ca">>;
  readonly #connections: Connections;
  readonly #budget = new RetryBudget();
  readonly #prefix: string;
  #inFlight = 0;

  constructor(args: UpstreamArgs) {
    this.#args = {
      tryTimeoutMs: 2000,
      totalTimeoutMs: 10_000,
      maxInFlight: 512,
      repeatsAll: false,
      ...args,
    };
    const url = new URL(args.url);
    this.#prefix = url.pathname.replace(/\/$/, "");
    this.#connections = new Connections(url.origin, CONNECT_TIMEOUT_MS, args.ca);
  }

  /**
   * Sends a request, and again where that is safe and may help.
   * @param client as for `attempt`
   * @throws ProblemError 502, 503 or 504 with Retry-After; Error when the client went away.
   */
  async request(
    request: UpstreamRequest,
    client?: ServerResponse,
    now = performance.now(),
  ): Promise<UpstreamResponse> {
    if (this.#inFlight >= this.#args.maxInFlight) {
      throw this.#unavailable(503, "is answering as many requests as it may", undefined);
    }
    this.#inFlight += 1;
    try {
      this.#budget.deposit();
      const sent = this.#prefix ? { ...request, path: this.#prefix + request.path } : request;
      return await this.#send(sent, client, now);
    } finally {
      this.#inFlight -= 1;
    }
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  /** Tries until there is a response that is worth passing on, or no try is left. @throws ProblemError */
  async #send(request: UpstreamRequest, client: ServerResponse | undefined, startedAt: number) {
    const deadline = startedAt + this.#args.totalTimeoutMs;
    const { method, headers } = request;
    const { repeatsAll, tryTimeoutMs } = this.#args;
    const tries = repeatsAll || isRepeatable(method, headers["idempotency-key"]) ? MAX_TRIES : 1;
    let now = startedAt;
    for (let number = 1; ; number += 1) {
      const pool = this.#connections.current(now);
      const timeout = Math.min(tryTimeoutMs, deadline - now);
      const outcome = await attempt(pool, request, timeout, client).catch((error: unknown) =>
        this.#failed(error, pool),
      );
      if (!(outcome instanceof AttemptError)) {
        // Trying again at once is what an overloaded pod, or a full disk, can do with least.
        if (!isTransientStatus(outcome.status) || outcome.headers[RETRY_LATER_HEADER]) return outcome;
      }
      const pause = backoffMs(number);
      const isLast = number >= tries || performance.now() + pause >= deadline || !this.#budget.take();
      if (outcome instanceof AttemptError) {
        if (isLast && outcome.timedOut) throw this.#unavailable(504, "did not answer in time", outcome);
        if (isLast) throw this.#unavailable(502, "could not be reached", outcome);
      } else {
        if (isLast) return outcome;
        // Nobody reads this response any more.
        if (outcome.body instanceof ReadableStream) void outcome.body.cancel();
      }
      await sleep(pause);
      now = performance.now();
    }
  }

  /** A failed connection's whole pool is left behind. */
  #failed(error: unknown, pool: Pool): AttemptError {
    if (!(error instanceof AttemptError)) throw error;
    this.#connections.retire(pool);
    return error;
  }

  #unavailable(status: number, what: string, cause: unknown): ProblemError {
    const detail = `The service "${this.#args.name}" ${what}. Try again, with the same Idempotency-Key where you sent one.`;
    return new ProblemError(status, detail, { headers: { "retry-after": "1" }, cause });
  }
}
