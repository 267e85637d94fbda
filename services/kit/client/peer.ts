import { setTimeout as sleep } from "node:timers/promises";
import { AttemptError, attempt, textOf } from "./attempt.ts";
import { backoffMs, isTransientStatus } from "./retry.ts";
import { Connections } from "./upstream.ts";

export interface PeerArgs {
  /** Base URL of the service. */
  url: string;
  /** What it is called in messages, e.g. `transactions`. */
  name: string;
  /** @default 500 */
  connectTimeoutMs?: number;
}

export interface CallOptions {
  /** Until a try's whole answer is there. @default 2000 */
  timeoutMs?: number;
  /** Tries at most; more than one only where a repeat changes nothing. @default 1 */
  tries?: number;
  /** Answers other than 2xx that the caller reads, too. @default none */
  expect?: readonly number[];
  /** More headers, e.g. those of a trace. */
  headers?: Record<string, string>;
}

/** Another service did not answer, or not as it should: whether the call took effect isn't known. */
class PeerError extends Error {
  /** The status of its answer, if there was one. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, cause?: unknown) {
    super(message, { cause });
    this.name = "PeerError";
    this.status = status;
  }
}

/** JSON calls to another service, each in bounded time. */
export class Peer {
  readonly #name: string;
  readonly #prefix: string;
  readonly #connections: Connections;

  constructor({ url, name, connectTimeoutMs = 500 }: PeerArgs) {
    const { origin, pathname } = new URL(url);
    this.#name = name;
    this.#prefix = pathname.replace(/\/$/, "");
    this.#connections = new Connections(origin, connectTimeoutMs);
  }

  /**
   * POSTs JSON text, so that a caller may put it together in the cheapest way. Tries again after full jitter.
   * @throws PeerError
   */
  post<Answer>(
    path: string,
    body: string,
    options: CallOptions = {},
  ): Promise<{ status: number; body: Answer }> {
    return this.#call("POST", path, body, options);
  }

  /** @throws PeerError */
  get<Answer>(path: string, options: CallOptions = {}): Promise<{ status: number; body: Answer }> {
    return this.#call("GET", path, undefined, { tries: 2, ...options });
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async #call<Answer>(method: string, path: string, body: string | undefined, options: CallOptions) {
    const { tries = 1 } = options;
    for (let number = 1; ; number += 1) {
      try {
        return await this.#once<Answer>(method, path, body, options);
      } catch (error) {
        const again = error instanceof PeerError && (!error.status || isTransientStatus(error.status));
        if (!again || number >= tries) throw error;
      }
      await sleep(backoffMs(number));
    }
  }

  async #once<Answer>(method: string, path: string, body: string | undefined, options: CallOptions) {
    const { timeoutMs = 2000, expect = [] } = options;
    const request = {
      method,
      path: this.#prefix + path,
      headers: { ...options.headers, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body }),
      whole: true,
    };
    const pool = this.#connections.current();
    const response = await attempt(pool, request, timeoutMs).catch((error: unknown) => {
      if (!(error instanceof AttemptError)) throw error;
      this.#connections.retire(pool);
      throw new PeerError(`${this.#name} did not answer: ${error.message}`, undefined, error);
    });
    const text = textOf(response);
    const { status } = response;
    if ((status < 200 || status > 299) && !expect.includes(status)) {
      throw new PeerError(`${this.#name} answered ${method} ${path} with ${status}`, status);
    }
    try {
      return { status, body: (text ? JSON.parse(text) : undefined) as Answer };
    } catch (error) {
      throw new PeerError(`${this.#name} answered ${method} ${path} with what isn't JSON`, status, error);
    }
  }
}
