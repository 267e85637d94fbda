import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Dispatcher, Pool } from "undici";
import type { HeaderBag } from "./headers.ts";

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

/**
 * Sends a request once.
 * @throws AttemptError when the connection failed or `timeoutMs` passed before the headers (and a small body) came;
 * the abort reason when the client went away.
 */
export async function attempt(
  pool: Pool,
  request: UpstreamRequest,
  timeoutMs: number,
  client: AbortSignal,
): Promise<UpstreamResponse> {
  const control = new AbortController();
  const onClientGone = () => control.abort(client.reason);
  client.throwIfAborted();
  client.addEventListener("abort", onClientGone, { once: true });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    control.abort(new Error(`no answer within ${timeoutMs} ms`));
  }, timeoutMs);
  let streams = false;
  try {
    const response = await pool.request({
      ...request,
      method: request.method as Dispatcher.HttpMethod,
      body: request.body ?? null,
      signal: control.signal,
      headersTimeout: 0,
      bodyTimeout: BODY_IDLE_MS,
    });
    const { statusCode: status, headers, body } = response;
    const length = request.method === "HEAD" ? 0 : Number(headers["content-length"] ?? Number.NaN);
    if (length <= SMALL) return { status, headers, body: new Uint8Array(await body.arrayBuffer()) };
    streams = true;
    body.once("close", () => client.removeEventListener("abort", onClientGone));
    return { status, headers, body };
  } catch (error) {
    client.throwIfAborted();
    throw new AttemptError(timedOut, error);
  } finally {
    clearTimeout(timer);
    if (!streams) client.removeEventListener("abort", onClientGone);
  }
}
