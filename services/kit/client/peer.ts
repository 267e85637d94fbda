import { AttemptError, attempt, textOf, type UpstreamRequest } from "./attempt.ts";
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
  /** Answers other than 2xx that the caller reads, too. @default none */
  expect?: readonly number[];
}

/**
 * JSON calls to another service, each in bounded time. They reject when it did not answer, or not as it should: whether
 * the call took effect isn't known then.
 */
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

  /** POSTs JSON text, so that a caller may put it together in the cheapest way. */
  post<Answer>(
    path: string,
    body: string,
    options: CallOptions = {},
  ): Promise<{ status: number; body: Answer }> {
    return this.#call("POST", path, body, options);
  }

  get<Answer>(path: string, options: CallOptions = {}): Promise<{ status: number; body: Answer }> {
    return this.#call("GET", path, "", options);
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async #call<Answer>(method: string, path: string, body: string, options: CallOptions) {
    const { timeoutMs = 2000, expect = [] } = options;
    const request: UpstreamRequest = {
      method,
      path: this.#prefix + path,
      headers: body === "" ? {} : { "content-type": "application/json" },
      body,
      whole: true,
    };
    const pool = this.#connections.current();
    const response = await attempt(pool, request, timeoutMs).catch((error: unknown) => {
      if (!(error instanceof AttemptError)) throw error;
      this.#connections.retire(pool);
      throw new Error(`${this.#name} did not answer: ${error.message}`, { cause: error });
    });
    const text = textOf(response);
    const { status } = response;
    if ((status < 200 || status > 299) && !expect.includes(status)) {
      throw new Error(`${this.#name} answered ${method} ${path} with ${status}`);
    }
    try {
      return { status, body: (text ? JSON.parse(text) : undefined) as Answer };
    } catch (error) {
      throw new Error(`${this.#name} answered ${method} ${path} with what isn't JSON`, { cause: error });
    }
  }
}
