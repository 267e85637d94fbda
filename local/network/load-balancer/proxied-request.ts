import {
  type ClientRequest,
  type IncomingMessage,
  request as openRequest,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import { isPartitioned } from "../partition.ts";
import { type Arrival, requestHeaders, responseHeaders } from "./headers.ts";
import { replyWithStatus } from "./replies.ts";
import type { InFlight, Target } from "./target.ts";

/** How long a body may take to end after its answer is through. */
const REST_OF_BODY_MS = 5000;

interface ProxiedRequestOptions {
  target: Target;
  path: string;
  arrival: Arrival;
  idleTimeoutMs: number;
  /** Whether the client's connection should end with this response. */
  close: () => boolean;
  /** Gets the status of an answer that this node had to make up. */
  onError: (status: number) => void;
  /** Takes over when the target switches protocols (101). */
  onUpgrade?: (answer: IncomingMessage, upstream: Duplex, head: Buffer) => void;
}

/** One request on its way to a target and its response on the way back, streamed both ways. */
export class ProxiedRequest implements InFlight {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #options: ProxiedRequestOptions;
  readonly #upstream: ClientRequest;

  /** Throws when the request can't be sent at all, such as for a path with forbidden characters. */
  constructor(request: IncomingMessage, response: ServerResponse, options: ProxiedRequestOptions) {
    this.#request = request;
    this.#response = response;
    this.#options = options;
    this.#upstream = this.#open();
    options.target.inFlight.add(this);
    response.once("close", () => this.#closed());
    this.#send();
  }

  fail(_reason: string): void {
    this.#answer(502);
  }

  #open(): ClientRequest {
    const { target, path, arrival, idleTimeoutMs, onUpgrade } = this.#options;
    const headers = requestHeaders(this.#request.rawHeaders, arrival);
    if (isChunked(this.#request)) headers.push("Transfer-Encoding", "chunked");
    if (onUpgrade) headers.push("Connection", "Upgrade", "Upgrade", "websocket");
    return openRequest({
      agent: target.agent,
      method: this.#request.method,
      path,
      headers,
      setHost: false,
      timeout: idleTimeoutMs,
    });
  }

  #send(): void {
    const upstream = this.#upstream;
    const { onUpgrade } = this.#options;
    upstream.on("response", (answer) => this.#relay(answer));
    upstream.on("timeout", () => this.#answer(504));
    upstream.on("error", (error) => this.#broken(error));
    if (onUpgrade) {
      upstream.on("upgrade", (answer, socket, head) => {
        upstream.removeAllListeners("timeout");
        this.#options.target.inFlight.delete(this);
        onUpgrade(answer, socket, head);
      });
    }
    if (hasBody(this.#request)) this.#request.pipe(upstream);
    else upstream.end();
  }

  #relay(answer: IncomingMessage): void {
    const response = this.#response;
    if (response.headersSent || response.destroyed) {
      answer.destroy();
      return;
    }
    try {
      const headers = responseHeaders(answer.rawHeaders, this.#options.close());
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
    } catch {
      // The target's answer isn't one that may be passed on, such as one with a status below 100.
      this.#answer(502);
      return;
    }
    answer.on("error", (error) => this.#broken(error));
    answer.pipe(response);
    // A response whose body is slow to come must not keep its headers back.
    setImmediate(() => answer.complete || response.destroyed || response.flushHeaders());
  }

  #broken(error: NodeJS.ErrnoException): void {
    // From a zone that is cut off nothing comes back: the client waits until the request or the zone is given up.
    if (isPartitioned(error)) this.#response.setTimeout(this.#options.idleTimeoutMs, () => this.#answer(504));
    else this.#answer(error.code === "ETIMEDOUT" ? 504 : 502);
  }

  /** Answers for the target, or breaks the connection off where an answer has begun. */
  #answer(status: number): void {
    const response = this.#response;
    this.#upstream.destroy();
    if (response.writableEnded || response.destroyed) return;
    if (response.headersSent) {
      response.destroy();
      return;
    }
    this.#options.onError(status);
    this.#request.unpipe();
    this.#request.resume();
    replyWithStatus(response, status, !this.#request.complete || this.#options.close());
  }

  /** The response is through, or the client is gone. */
  #closed(): void {
    this.#options.target.inFlight.delete(this);
    if (this.#response.writableFinished && this.#request.complete) return;
    this.#upstream.destroy();
    // The rest of the request's body is read and dropped, so that the connection can carry the next request.
    this.#request.unpipe();
    this.#request.resume();
    if (this.#request.complete) return;
    const overdue = setTimeout(() => this.#request.destroy(), REST_OF_BODY_MS);
    for (const event of ["end", "close"]) this.#request.once(event, () => clearTimeout(overdue));
  }
}

function isChunked(request: IncomingMessage): boolean {
  return request.headers["transfer-encoding"] !== undefined;
}

function hasBody(request: IncomingMessage): boolean {
  return isChunked(request) || Number(request.headers["content-length"] ?? 0) > 0;
}
