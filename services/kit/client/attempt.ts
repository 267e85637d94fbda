import type { IncomingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import type { HeaderBag } from "../http/headers.ts";
import type { Cancel } from "./cancel.ts";
import type { Connection, Exchange } from "./wire/connection.ts";
import type { Pool } from "./wire/pool.ts";
import type { ResponseHead } from "./wire/response-head.ts";

export interface UpstreamRequest {
  method: string;
  /** Path with query. */
  path: string;
  headers: HeaderBag;
  body?: Uint8Array;
}

export interface UpstreamResponse {
  status: number;
  headers: IncomingHttpHeaders;
  /** Whole when it is small, so that a connection lost half way can still be answered by another try. */
  body: Uint8Array | Readable;
}

/** A try that brought no response. */
export class AttemptError extends Error {
  readonly timedOut: boolean;

  constructor(timedOut: boolean, cause: unknown) {
    super(timedOut ? "the upstream did not answer in time" : "the connection to the upstream failed", {
      cause,
    });
    this.timedOut = timedOut;
  }
}

const SMALL = 64 * 1024;
/** A response that streams must bring something at least this often. */
const BODY_IDLE_MS = 30_000;
const NOTHING = new Uint8Array(0);

/**
 * Sends a request once.
 * @throws AttemptError when the connection failed or `timeoutMs` passed before the headers (and a small body) came;
 * the abort reason when the client went away.
 */
export function attempt(
  pool: Pool,
  request: UpstreamRequest,
  timeoutMs: number,
  client: Cancel,
): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    if (client.aborted) reject(client.reason);
    else new Attempt(request.method, timeoutMs, client, resolve, reject).start(pool, request);
  });
}

/** A response's body as text. @throws AttemptError when it isn't there, whole, within `timeoutMs` */
export async function textOf({ body }: UpstreamResponse, timeoutMs: number): Promise<string> {
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.length).toString();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    body.destroy(new Error("the answer did not end"));
  }, timeoutMs);
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  } catch (error) {
    throw new AttemptError(timedOut, error);
  } finally {
    clearTimeout(timer);
  }
}

class Attempt implements Exchange {
  readonly method: string;
  readonly #client: Cancel;
  readonly #resolve: (response: UpstreamResponse) => void;
  readonly #reject: (reason: unknown) => void;
  /** Until the response is there; then, where it streams, until more of it is. */
  #timer: NodeJS.Timeout;
  #connection: Connection | undefined;
  #timedOut = false;
  #settled = false;
  #paused = false;
  #head: ResponseHead = { status: 0, headers: {}, keepAlive: false };
  #stream: Readable | undefined;
  #chunk: Uint8Array = NOTHING;
  #more: Uint8Array[] | undefined;

  constructor(
    method: string,
    timeoutMs: number,
    client: Cancel,
    resolve: (response: UpstreamResponse) => void,
    reject: (reason: unknown) => void,
  ) {
    this.method = method;
    this.#client = client;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(giveUp, timeoutMs, this);
    client.addEventListener("abort", this.#onClientGone);
  }

  start(pool: Pool, { path, headers, body }: UpstreamRequest): void {
    this.#connection = pool.send(this, path, headers, body);
  }

  giveUp(): void {
    // It is the client that is slow, not the service.
    if (this.#paused) {
      this.#timer.refresh();
      return;
    }
    this.#timedOut = true;
    this.#connection?.destroy(new Error("nothing came in time"));
  }

  onHead(head: ResponseHead): void {
    this.#head = head;
    if (isSmall(this.method, head)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(giveUp, BODY_IDLE_MS, this);
    this.#stream = new Readable({
      read: () => this.#pause(false),
      destroy: (error, done) => {
        if (!this.#settled) this.#connection?.destroy();
        done(error);
      },
    });
    // It may break off before whoever waits for the response has heard of it.
    this.#stream.on("error", () => undefined);
    const { status, headers } = head;
    this.#resolve({ status, headers, body: this.#stream });
  }

  onBody(bytes: Buffer): void {
    if (this.#stream) {
      this.#timer.refresh();
      if (!this.#stream.push(bytes)) this.#pause(true);
    } else if (this.#chunk === NOTHING) {
      this.#chunk = bytes;
    } else {
      this.#more ??= [this.#chunk];
      this.#more.push(bytes);
    }
  }

  onEnd(): void {
    this.#settle();
    if (this.#stream) {
      this.#stream.push(null);
      return;
    }
    const { status, headers } = this.#head;
    this.#resolve({ status, headers, body: this.#more ? Buffer.concat(this.#more) : this.#chunk });
  }

  onError(error: Error): void {
    this.#settle();
    if (this.#stream) this.#stream.destroy(error);
    else if (this.#client.aborted) this.#reject(this.#client.reason);
    else this.#reject(new AttemptError(this.#timedOut, error));
  }

  readonly #onClientGone = (): void => this.#connection?.destroy(new Error("the client went away"));

  #pause(paused: boolean): void {
    // Once it has settled the connection may be another request's.
    if (this.#settled || paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#connection?.pause();
    else this.#connection?.resume();
  }

  #settle(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#client.removeEventListener("abort", this.#onClientGone);
  }
}

/** One function for all timers, rather than a closure a request. */
function giveUp(one: Attempt): void {
  one.giveUp();
}

function isSmall(method: string, { status, headers }: ResponseHead): boolean {
  if (method === "HEAD" || status === 204 || status === 304) return true;
  return Number(headers["content-length"] ?? Number.NaN) <= SMALL;
}
