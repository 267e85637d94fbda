import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Dispatcher, Pool } from "undici";
import type { HeaderBag } from "../http/headers.ts";

export interface UpstreamRequest {
  method: string;
  /** Path with query. */
  path: string;
  headers: HeaderBag;
  body?: Uint8Array | string;
  /** Whether the response is to be there whole, however large it is. @default only a small one is */
  whole?: boolean;
}

export interface UpstreamResponse {
  status: number;
  headers: IncomingHttpHeaders;
  /** Whole when it is small, so that a connection lost half way can still be answered by another try. */
  body: Uint8Array | ReadableStream<Uint8Array>;
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
/** A response that streams must bring something at least this often, in milliseconds. */
const BODY_IDLE_MS = 30_000;
/** Bytes of such a response that wait to be read; then its connection is read no further. */
const STREAM_BUFFER = 64 * 1024;

/**
 * Sends a request once.
 * @param timeoutMs until the headers, and the body where it is to be whole, are there
 * @param client the response that waits for this one: when it is closed, nobody reads this one any more. Not an
 * AbortSignal, as to make one for each request, and to listen to it, takes 4 % of the gateway's time
 * @throws AttemptError when the connection failed or the time passed; Error when the client went away
 */
export function attempt(
  pool: Pool,
  request: UpstreamRequest,
  timeoutMs: number,
  client?: ServerResponse,
): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    const handler = new Attempt(request, timeoutMs, client, resolve, reject);
    if (client?.closed) handler.onClientGone();
    else pool.dispatch(handler.options, handler);
  });
}

/** The text of a response that was asked for as a whole. */
export function textOf({ body }: UpstreamResponse): string {
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.length).toString();
  throw new Error("the response streams; ask for it with `whole` to read its text");
}

/** What becomes of one request. After the response was handed over only its stream is still at work. */
class Attempt implements Dispatcher.DispatchHandler {
  readonly options: Dispatcher.DispatchOptions;
  readonly #whole: boolean;
  readonly #client: ServerResponse | undefined;
  readonly #resolve: (response: UpstreamResponse) => void;
  readonly #reject: (reason: Error) => void;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  /** Why it was given up. */
  #givenUp: Error | undefined;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  readonly #chunks: Uint8Array[] = [];
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(
    { method, path, headers, body = "", whole = false }: UpstreamRequest,
    timeoutMs: number,
    client: ServerResponse | undefined,
    resolve: (response: UpstreamResponse) => void,
    reject: (reason: Error) => void,
  ) {
    this.options = {
      method: method as Dispatcher.HttpMethod,
      path,
      headers,
      body: body.length > 0 ? body : null,
      // The timer here runs from the moment when a connection is asked for.
      headersTimeout: 0,
      bodyTimeout: BODY_IDLE_MS,
    };
    this.#whole = whole;
    this.#client = client;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(onTimeout, timeoutMs, this);
    client?.on("close", this.onClientGone);
  }

  readonly onClientGone = (): void => this.giveUp(new Error("the client went away"));

  giveUp(reason: Error): void {
    this.#givenUp = reason;
    this.#settle();
    this.#reject(reason);
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#givenUp) controller.abort(this.#givenUp);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    if (this.#whole || isSmall(this.options.method, status, headers)) return;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (stream) => {
          this.#stream = stream;
        },
        pull: () => this.#controller?.resume(),
        cancel: () => {
          this.#stream = undefined;
          this.#controller?.abort(new Error("nobody reads the response any more"));
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: STREAM_BUFFER }),
    );
    this.#settle();
    this.#resolve({ status, headers, body });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#stream) {
      this.#stream.enqueue(chunk);
      if ((this.#stream.desiredSize ?? 0) <= 0) controller.pause();
    } else {
      this.#chunks.push(chunk);
    }
  }

  onResponseEnd(): void {
    if (this.#stream) {
      this.#stream.close();
      return;
    }
    this.#settle();
    const [first, ...more] = this.#chunks;
    const body = first && more.length === 0 ? first : Buffer.concat(this.#chunks);
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#stream) this.#stream.error(error);
    else if (!this.#givenUp) {
      this.#settle();
      this.#reject(new AttemptError(false, error));
    }
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#client?.off("close", this.onClientGone);
  }
}

/** One function for all timers, rather than a closure a request. */
function onTimeout(one: Attempt): void {
  one.giveUp(new AttemptError(true, new Error("nothing came in time")));
}

function isSmall(method: string, status: number, headers: IncomingHttpHeaders): boolean {
  if (method === "HEAD" || status === 204 || status === 304) return true;
  return Number(headers["content-length"] ?? Number.NaN) <= SMALL;
}
