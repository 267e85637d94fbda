import { validateHeaderName, validateHeaderValue } from "node:http";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectSecurely, rootCertificates } from "node:tls";
import { HTTPParser, type HTTPParserJS } from "http-parser-js";
import type { Exchange } from "./exchange.ts";
import { failureOf, failureOfStatus } from "./failures.ts";

/** One kind of request of a load over HTTP. */
export interface HttpRequest {
  /** What it is counted under. */
  key: string;
  /** Share of the requests, against those of the others. @default 1 */
  weight?: number;
  /** Scheme, host and port to connect to. */
  origin: string;
  method?: string;
  /** Path with query. `{random}` in it becomes a number of six digits, another for each request. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** What is a success. */
  expect?: { status?: readonly number[] | undefined; body?: RegExp | undefined };
}

export interface ConnectionOptions {
  /** Certificates that are trusted besides the usual ones, PEM. */
  ca?: string | undefined;
}

/** Bytes of a body that is looked into; what comes after is only counted. */
const LOOKED_AT = 64 * 1024;
/** A connection that was idle for so long may be closed by its server at any moment; milliseconds. */
const IDLE_MS = 4000;
/** A server says how long it keeps an idle connection; requests leave it so much sooner, in milliseconds. */
const MARGIN_MS = 1000;

/**
 * One connection over HTTP/1.1, and the request that is under way on it. It connects when the first request needs it, and
 * again after it was closed. Nothing here keeps the time: whoever runs the load gives requests up.
 */
export class Connection {
  readonly #url: URL;
  readonly #options: ConnectionOptions;
  readonly #onFree: (isUsable: boolean) => void;
  readonly #parser: HTTPParserJS;
  readonly #abort = () => this.#giveUp();
  #socket: Socket | undefined;
  #isConnected = false;
  /** What is sent once it is connected. */
  #waiting: Buffer | string = "";
  #exchange: Exchange | undefined;
  #expect: HttpRequest["expect"];
  #isHead = false;
  #keepsAlive = true;
  /** When it became idle, and how long it may be. */
  #idleSince = 0;
  #idleMs = IDLE_MS;
  #body: Buffer[] = [];
  #looked = 0;

  /** @param onFree called after each request: whether the next may be sent with it */
  constructor(origin: string, options: ConnectionOptions, onFree: (isUsable: boolean) => void) {
    this.#url = new URL(origin);
    this.#options = options;
    this.#onFree = onFree;
    this.#parser = this.#createParser();
  }

  send(exchange: Exchange, request: HttpRequest, random: () => number): void {
    this.#exchange = exchange;
    this.#expect = request.expect;
    this.#isHead = request.method === "HEAD";
    exchange.abort = this.#abort;
    const message = messageOf(request, this.#url.host)(random);
    if (this.#socket && performance.now() - this.#idleSince > this.#idleMs) this.#disconnect();
    if (this.#socket && this.#isConnected) this.#socket.write(message);
    else {
      this.#waiting = message;
      this.#connect();
    }
  }

  close(): void {
    this.#disconnect();
  }

  #connect(): void {
    const { protocol, hostname, port } = this.#url;
    const { ca } = this.#options;
    const host = hostname.replace(/^\[|\]$/g, "");
    const isSecure = protocol === "https:";
    const to = { host, port: Number(port) || (isSecure ? 443 : 80), noDelay: true };
    const socket = isSecure
      ? connectSecurely({
          ...to,
          servername: isIP(host) ? "" : host,
          ...(ca && { ca: [...rootCertificates, ca] }),
          ALPNProtocols: ["http/1.1"],
        })
      : connect(to);
    this.#socket = socket;
    this.#isConnected = false;
    this.#parser.reinitialize(HTTPParser.RESPONSE);
    socket.once(isSecure ? "secureConnect" : "connect", () => {
      this.#isConnected = true;
      socket.write(this.#waiting);
    });
    // What comes from a connection that was left says nothing of the one in its place.
    const isOurs = () => this.#socket === socket;
    socket.on("data", (chunk) => isOurs() && this.#received(chunk));
    socket.on("error", (error) => isOurs() && this.#failed(error));
    socket.on("close", () => isOurs() && this.#closed());
  }

  #received(chunk: Buffer): void {
    const outcome = this.#exchange
      ? this.#parser.execute(chunk)
      : new Error("an answer that nobody asked for");
    if (outcome instanceof Error) this.#failed(Object.assign(outcome, { code: "HPE_INVALID" }));
  }

  #createParser(): HTTPParserJS {
    const parser = new HTTPParser(HTTPParser.RESPONSE);
    parser[HTTPParser.kOnHeadersComplete] = ({ statusCode, headers, shouldKeepAlive }) => {
      const exchange = this.#exchange;
      // 1xx come before the answer itself.
      if (!exchange || statusCode < 200) return;
      exchange.hasBegun = true;
      exchange.status = statusCode;
      this.#keepsAlive = shouldKeepAlive;
      this.#idleMs = idleMsOf(headers);
      return this.#isHead ? 1 : undefined;
    };
    parser[HTTPParser.kOnBody] = (chunk, offset, length) => {
      if (!this.#exchange) return;
      this.#exchange.bytes += length;
      if (!this.#expect?.body || this.#looked >= LOOKED_AT) return;
      this.#looked += length;
      this.#body.push(chunk.subarray(offset, offset + length));
    };
    parser[HTTPParser.kOnMessageComplete] = () => {
      if (this.#exchange?.hasBegun) this.#answered(this.#exchange);
    };
    return parser;
  }

  #answered(exchange: Exchange): void {
    const { status = 0 } = exchange;
    const { status: statuses, body } = this.#expect ?? {};
    const isExpected = statuses?.includes(status) ?? false;
    let failure = isExpected ? undefined : (failureOfStatus(status) ?? (statuses ? "body" : undefined));
    if (!failure && body && !body.test(Buffer.concat(this.#body).toString("utf8"))) failure = "body";
    if (!this.#keepsAlive) this.#disconnect();
    this.#idleSince = performance.now();
    this.#free(true);
    // Later: the next request may go out on this connection, whose parser is still in the middle of this answer.
    queueMicrotask(() => exchange.end(failure));
  }

  #failed(error: Error): void {
    const exchange = this.#exchange;
    this.#disconnect();
    if (!exchange) return;
    const failure = failureOf(error, exchange.hasBegun);
    this.#free(true);
    exchange.end(failure);
  }

  /** The server closed it: an answer without a length ends so, another is cut off. */
  #closed(): void {
    if (this.#exchange?.hasBegun) this.#parser.finish();
    if (this.#exchange) this.#failed(Object.assign(new Error("closed"), { code: "ECONNRESET" }));
    else this.#disconnect();
  }

  #free(isUsable: boolean): void {
    if (this.#exchange) this.#exchange.abort = undefined;
    this.#exchange = undefined;
    if (this.#looked > 0) {
      this.#body = [];
      this.#looked = 0;
    }
    this.#onFree(isUsable);
  }

  /** The request ran out of time: whatever still comes on this connection is nobody's. */
  #giveUp(): void {
    this.#disconnect();
    this.#free(false);
  }

  #disconnect(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#isConnected = false;
    socket?.destroy();
  }
}

/** How long a server keeps an idle connection: `Keep-Alive: timeout=5`. */
function idleMsOf(headers: readonly string[]): number {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]?.length !== 10 || headers[index]?.toLowerCase() !== "keep-alive") continue;
    const [, seconds] = /timeout=(\d+)/.exec(headers[index + 1] ?? "") ?? [];
    if (seconds !== undefined) return Math.min(IDLE_MS, Math.max(0, Number(seconds) * 1000 - MARGIN_MS));
  }
  return IDLE_MS;
}

type Message = (random: () => number) => Buffer | string;

const messages = new WeakMap<HttpRequest, Message>();

/** A request as it goes over the wire, made once; only what is random in it is made anew. @throws TypeError as Node's own client */
function messageOf(request: HttpRequest, host: string): Message {
  const known = messages.get(request);
  if (known) return known;
  const { method = "GET", path, headers = {}, body } = request;
  const own: Record<string, string> = { host, connection: "keep-alive", ...lowerCased(headers) };
  const length = body === undefined ? undefined : Buffer.byteLength(body);
  if (length !== undefined || !["GET", "HEAD", "DELETE"].includes(method))
    own["content-length"] = String(length ?? 0);
  for (const [name, value] of Object.entries(own)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  validateHeaderName(method);
  const lines = Object.entries(own)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
  const end = ` HTTP/1.1\r\n${lines}\r\n${body ?? ""}`;
  // What a request line can't hold is percent-encoded.
  const [first = "", ...others] = path
    .split("{random}")
    .map((part) => part.replace(/[^\x21-\x7e]/gu, encodeURIComponent));
  const begin = `${method} ${first}`;
  const whole = Buffer.from(begin + end);
  const message: Message =
    others.length === 0
      ? () => whole
      : (random) => {
          const number = digits(random());
          return begin + others.map((part) => number + part).join("") + end;
        };
  messages.set(request, message);
  return message;
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function digits(random: number): string {
  return Math.floor(random * 1_000_000)
    .toString()
    .padStart(6, "0");
}
