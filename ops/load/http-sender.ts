import { Client, type Dispatcher } from "undici";
import type { Exchange, Sender } from "./exchange.ts";
import { failureOf, failureOfStatus } from "./failures.ts";
import { drawBy } from "./random.ts";

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

export interface HttpOptions {
  /** Milliseconds until a connection must be there. */
  timeoutMs: number;
  /** Certificates that are trusted besides the usual ones, PEM. */
  ca?: string | undefined;
  /** Name that the server's certificate must have, where it isn't the host of the URL. */
  serverName?: string | undefined;
}

/** Bytes of a body that is looked into; what comes after is only counted. */
const LOOKED_AT = 64 * 1024;

/** Sends requests over HTTP/1.1, one at a time over each connection, and opens connections as they are needed. */
export class HttpSender implements Sender {
  readonly #draw: (random: number) => HttpRequest;
  readonly #idle = new Map<string, Connection[]>();
  readonly #open = new Set<Connection>();
  readonly #options: HttpOptions;

  /** @throws Error where there is no request */
  constructor(requests: readonly HttpRequest[], options: HttpOptions) {
    this.#draw = drawBy(requests.map((item) => ({ item, weight: item.weight ?? 1 })));
    this.#options = options;
  }

  send(exchange: Exchange, random: () => number): void {
    const request = this.#draw(random());
    exchange.key = request.key;
    this.#connection(request.origin).send(exchange, request, random);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((connection) => connection.close()));
  }

  #connection(origin: string): Connection {
    let idle = this.#idle.get(origin);
    if (!idle) {
      idle = [];
      this.#idle.set(origin, idle);
    }
    const free = idle.pop();
    if (free) return free;
    const list = idle;
    const connection = new Connection(origin, this.#options, (isUsable) => {
      if (isUsable) list.push(connection);
      else this.#open.delete(connection);
    });
    this.#open.add(connection);
    return connection;
  }
}

/** One connection, and the request that is under way on it. */
class Connection implements Dispatcher.DispatchHandler {
  readonly #client: Client;
  readonly #onFree: (isUsable: boolean) => void;
  readonly #abort = () => this.#giveUp();
  #exchange: Exchange | undefined;
  #expect: HttpRequest["expect"];
  #body: Buffer[] = [];
  #looked = 0;

  constructor(
    origin: string,
    { timeoutMs, ca, serverName }: HttpOptions,
    onFree: (isUsable: boolean) => void,
  ) {
    const tls = {
      ...(ca === undefined ? {} : { ca }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    };
    this.#client = new Client(origin, {
      // With 1, undici waits for another turn of the event loop before it reuses the connection; there is one request
      // at a time all the same.
      pipelining: 2,
      // Whoever runs the load keeps the time.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: timeoutMs, ...tls },
    });
    this.#onFree = onFree;
  }

  send(exchange: Exchange, request: HttpRequest, random: () => number): void {
    this.#exchange = exchange;
    this.#expect = request.expect;
    exchange.abort = this.#abort;
    const { path } = request;
    this.#client.dispatch(
      {
        method: request.method ?? "GET",
        path: path.includes("{random}") ? path.replaceAll("{random}", digits(random())) : path,
        ...(request.headers ? { headers: request.headers } : {}),
        ...(request.body === undefined ? {} : { body: request.body }),
      },
      this,
    );
  }

  async close(): Promise<void> {
    await this.#client.destroy();
  }

  onRequestStart(): void {}

  onResponseStart(_: Dispatcher.DispatchController, status: number): void {
    const exchange = this.#exchange;
    // 1xx come before the answer itself.
    if (!exchange || status < 200) return;
    exchange.hasBegun = true;
    exchange.status = status;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#exchange) return;
    this.#exchange.bytes += chunk.length;
    if (!this.#expect?.body || this.#looked >= LOOKED_AT) return;
    this.#looked += chunk.length;
    this.#body.push(chunk);
  }

  onResponseEnd(): void {
    const exchange = this.#exchange;
    if (!exchange) return;
    const { status = 0 } = exchange;
    const { status: statuses, body } = this.#expect ?? {};
    const isExpected = statuses?.includes(status) ?? false;
    let failure = isExpected ? undefined : (failureOfStatus(status) ?? (statuses ? "body" : undefined));
    if (!failure && body && !body.test(Buffer.concat(this.#body).toString("utf8"))) failure = "body";
    this.#free(true);
    exchange.end(failure);
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const exchange = this.#exchange;
    if (!exchange) return;
    const failure = failureOf(error, exchange.hasBegun);
    this.#free(true);
    // Later: undici is still in the middle of closing the connection, on which the next request may go out.
    setImmediate(() => exchange.end(failure));
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
    this.#free(false);
    // Its only error would be that this connection was given up.
    this.#client.destroy().catch(() => undefined);
  }
}

function digits(random: number): string {
  return Math.floor(random * 1_000_000)
    .toString()
    .padStart(6, "0");
}
