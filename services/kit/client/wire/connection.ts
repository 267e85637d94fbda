import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { HeaderBag } from "../../http/headers.ts";
import { type BodyReader, bodyReader } from "./body-reader.ts";
import { type ResponseHead, readHead } from "./response-head.ts";

/** Hears of a response as it comes. After `onEnd` or `onError` there is no more. */
export interface Exchange {
  readonly method: string;
  onHead(head: ResponseHead): void;
  /** The bytes may be kept. */
  onBody(bytes: Buffer): void;
  onEnd(): void;
  onError(error: Error): void;
}

const MAX_HEAD = 64 * 1024;
const HEAD_END = "\r\n\r\n";
/** Bytes of a body that are worth a copy to send them in one write with the headers. */
const ONE_WRITE = 16 * 1024;

/**
 * One HTTP/1.1 connection to a service, for one request at a time. A request is one write and, when it is small, a
 * response one read: this is the half of a proxy's work that a general client makes twice as costly.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #onIdle: (connection: Connection) => void;
  readonly #onClosed: (connection: Connection) => void;
  #exchange: Exchange | undefined;
  #keepAlive = false;
  #body: BodyReader | undefined;
  #pending: Buffer | undefined;

  constructor(
    origin: URL,
    connectTimeoutMs: number,
    onIdle: (connection: Connection) => void,
    onClosed: (connection: Connection) => void,
  ) {
    this.#host = origin.host;
    this.#onIdle = onIdle;
    this.#onClosed = onClosed;
    const secure = origin.protocol === "https:";
    const host = origin.hostname.replace(/^\[|\]$/g, "");
    const port = Number(origin.port || (secure ? 443 : 80));
    const socket = secure
      ? connectTls({ host, port, servername: host, ALPNProtocols: ["http/1.1"] })
      : connect({ host, port });
    this.#socket = socket;
    socket.setNoDelay(true);
    // After a pause of this process its timers come first, and what has arrived meanwhile only then.
    let open = false;
    const giveUp = () => open || socket.destroy(new Error("no connection in time"));
    const slow = setTimeout(() => setImmediate(giveUp), connectTimeoutMs);
    socket.once(secure ? "secureConnect" : "connect", () => {
      open = true;
      clearTimeout(slow);
    });
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
    socket.on("end", () => this.#ended());
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => {
      clearTimeout(slow);
      this.#fail(new Error("the connection was closed"));
      this.#onClosed(this);
    });
  }

  /** To be called of an idle connection only. What could not be a request's is an error of the exchange. */
  send(exchange: Exchange, path: string, headers: HeaderBag, body: Uint8Array | undefined): void {
    this.#exchange = exchange;
    const head = requestHead(this.#host, exchange.method, path, headers, body);
    if (head === undefined) this.destroy(new Error("the request holds what could end a line of it"));
    else this.#write(head, body);
  }

  #write(head: string, body: Uint8Array | undefined): void {
    if (!body) {
      this.#socket.write(head, "latin1");
    } else if (body.length <= ONE_WRITE) {
      const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString("latin1");
      this.#socket.write(head + text, "latin1");
    } else {
      this.#socket.cork();
      this.#socket.write(head, "latin1");
      this.#socket.write(body);
      this.#socket.uncork();
    }
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(error?: Error): void {
    this.#fail(error ?? new Error("the connection was given up"));
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    try {
      this.#read(this.#pending ? Buffer.concat([this.#pending, bytes]) : bytes);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  #read(bytes: Buffer): void {
    this.#pending = undefined;
    let at = 0;
    for (;;) {
      const exchange = this.#exchange;
      // Bytes that nobody asked for.
      if (!exchange) {
        this.#socket.destroy();
        return;
      }
      if (!this.#body) {
        const end = bytes.indexOf(HEAD_END, at, "latin1");
        if (end < 0) {
          this.#keep(bytes.subarray(at));
          return;
        }
        const head = readHead(bytes.toString("latin1", at, end));
        at = end + HEAD_END.length;
        if (head.status === 101) throw new Error("the response switches protocols unasked");
        if (head.status < 200) continue;
        this.#keepAlive = head.keepAlive;
        this.#body = bodyReader(exchange.method, head.status, head.headers);
        exchange.onHead(head);
      }
      const body = this.#body;
      if (!body.done) at += body.read(at === 0 ? bytes : bytes.subarray(at), (part) => exchange.onBody(part));
      if (body.done && this.#exchange) this.#finish(at < bytes.length);
      return;
    }
  }

  #keep(bytes: Buffer): void {
    if (bytes.length > MAX_HEAD) throw new Error("the response's headers are too large");
    if (bytes.length > 0) this.#pending = bytes;
  }

  #finish(moreCame: boolean): void {
    const exchange = this.#exchange;
    const whole = this.#keepAlive && !this.#body?.endsWithConnection && !moreCame;
    this.#exchange = undefined;
    this.#body = undefined;
    this.#socket.resume();
    // A response that comes before the whole request was sent may be the last of its connection.
    if (whole && this.#socket.writableLength === 0) this.#onIdle(this);
    else this.#socket.destroy();
    exchange?.onEnd();
  }

  #ended(): void {
    if (this.#body?.endsWithConnection) this.#finish(false);
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.onError(error);
  }
}

/** Methods whose requests have no body unless one is sent, and need not say so (RFC 9110, 8.6). */
const BODILESS = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"]);

/** Any target and value is checked, wherever it comes from: what ends a line would begin a header or a request. */
const TARGET = /^[\x21-\x7e]+$/;
const LINE_END = /[\r\n\0]/;

function requestHead(
  host: string,
  method: string,
  path: string,
  headers: HeaderBag,
  body: Uint8Array | undefined,
): string | undefined {
  if (!TARGET.test(path)) return undefined;
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === "string") {
      if (LINE_END.test(value)) return undefined;
      head += `${name}: ${value}\r\n`;
    } else {
      for (const one of value ?? []) {
        if (LINE_END.test(one)) return undefined;
        head += `${name}: ${one}\r\n`;
      }
    }
  }
  if (body || !BODILESS.has(method)) head += `content-length: ${body?.length ?? 0}\r\n`;
  return `${head}\r\n`;
}
