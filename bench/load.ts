import { connect, type Socket } from "node:net";

/** What a load brought. Latencies in milliseconds, sorted. */
export interface LoadResult {
  seconds: number;
  statuses: Map<number, number>;
  latencies: Float64Array;
  /** Requests that brought no response: the connection ended. */
  broken: number;
}

export interface LoadOptions {
  port: number;
  connections: number;
  seconds: number;
  /** The next request, each character a byte; called once per request. */
  next: () => string;
  /**
   * Requests a second in all, sent when they are due whether or not earlier ones were answered; a latency then counts
   * from when the request was due, so that a stall isn't left out ("coordinated omission"). @default a closed loop:
   * each connection sends when it has its answer
   */
  rate?: number;
  /** Statuses whose latencies count. @default all */
  counts?: (status: number) => boolean;
}

/**
 * A load generator that takes little of the machine that it measures on: raw sockets, requests that were built before,
 * and of a response only its status and its length are read. One request a connection at a time.
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const run = new Run(options);
  return run.finish();
}

/** What the POSTs to a path begin with, of which `requestOf` makes requests. */
export function requestHead(path: string, headers: Record<string, string>): string {
  const lines = Object.entries({ host: "bench", "content-type": "application/json", ...headers });
  return `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}`;
}

/** A request with keep-alive. @param body of ASCII */
export function requestOf(head: string, key: string, body: string): string {
  return `${head}idempotency-key: ${key}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

/** The value below which `share` of the sorted values lie. */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A request under way is given this long after the end before its connection is closed. */
const LAST_WORDS_MS = 5000;

class Run {
  readonly #options: LoadOptions;
  readonly #statuses = new Map<number, number>();
  readonly #latencies: number[] = [];
  readonly #idle: Connection[] = [];
  /** When requests were due that found no idle connection. */
  readonly #due: number[] = [];
  readonly #startedAt = performance.now();
  readonly #endsAt: number;
  readonly #connections: Connection[];
  #broken = 0;
  #sent = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#endsAt = this.#startedAt + options.seconds * 1000;
    this.#connections = Array.from({ length: options.connections }, () => new Connection(options.port, this));
  }

  async finish(): Promise<LoadResult> {
    const pace = this.#options.rate ? setInterval(() => this.#pace(), 1) : undefined;
    const deadline = setTimeout(
      () => {
        for (const connection of this.#connections) connection.close();
      },
      this.#endsAt - performance.now() + LAST_WORDS_MS,
    );
    await Promise.all(this.#connections.map(({ closed }) => closed));
    clearInterval(pace);
    clearTimeout(deadline);
    return {
      seconds: this.#options.seconds,
      statuses: this.#statuses,
      latencies: Float64Array.from(this.#latencies).sort(),
      broken: this.#broken,
    };
  }

  /** A connection is free: what it is to send, and since when that is due. */
  ready(connection: Connection): void {
    const now = performance.now();
    const due = this.#options.rate ? this.#due.shift() : now;
    if (now >= this.#endsAt) connection.close();
    else if (due === undefined) this.#idle.push(connection);
    else connection.send(this.#options.next(), due);
  }

  answered(status: number, since: number): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    if (this.#options.counts?.(status) ?? true) this.#latencies.push(performance.now() - since);
  }

  broken(): void {
    this.#broken += 1;
  }

  #pace(): void {
    const now = performance.now();
    const interval = 1000 / (this.#options.rate ?? 1);
    for (;;) {
      const due = this.#startedAt + this.#sent * interval;
      if (due > now || due >= this.#endsAt) break;
      this.#sent += 1;
      const connection = this.#idle.pop();
      if (connection) connection.send(this.#options.next(), due);
      else this.#due.push(due);
    }
    if (now >= this.#endsAt) for (const connection of this.#idle.splice(0)) connection.close();
  }
}

/** Where all connections read, one after another: a buffer for each read costs more than the rest of it. */
const READ = Buffer.alloc(64 * 1024);
const HEADERS_END = Buffer.from("\r\n\r\n");
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;
const CLOSE = /\r\nconnection: *close/i;
const LAST_CHUNK = Buffer.from("0\r\n\r\n");

class Connection {
  readonly closed: Promise<void>;
  readonly #run: Run;
  readonly #port: number;
  #socket: Socket | undefined;
  #resolveClosed: () => void = () => undefined;
  #since = 0;
  #busy = false;
  #ended = false;
  #pending: Buffer | undefined;

  constructor(port: number, run: Run) {
    this.#run = run;
    this.#port = port;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#open();
  }

  send(request: string, since: number): void {
    this.#busy = true;
    this.#since = since;
    this.#socket?.write(request, "latin1");
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket?.destroy();
    this.#resolveClosed();
  }

  #open(): void {
    this.#pending = undefined;
    const callback = (bytes: number) => {
      this.#read(READ.subarray(0, bytes));
      return true;
    };
    const socket = connect({
      port: this.#port,
      host: "127.0.0.1",
      noDelay: true,
      onread: { buffer: READ, callback },
    });
    this.#socket = socket;
    socket.once("connect", () => this.#run.ready(this));
    // The "close" that follows says it all.
    socket.on("error", () => undefined);
    socket.once("close", () => this.#lost(socket));
  }

  #lost(socket: Socket): void {
    if (this.#ended || socket !== this.#socket) return;
    if (this.#busy) this.#run.broken();
    this.#busy = false;
    // Not at once: a server that refuses connections must not be hammered.
    setTimeout(() => !this.#ended && this.#open(), 20);
  }

  #read(chunk: Buffer): void {
    const data = this.#pending ? Buffer.concat([this.#pending, chunk]) : chunk;
    const end = data.indexOf(HEADERS_END);
    const head = end < 0 ? "" : data.toString("latin1", 0, end);
    if (end < 0 || !isWhole(data, end + 4, head)) {
      // A copy: the next connection reads to the same place.
      this.#pending = Buffer.from(data);
      return;
    }
    this.#pending = undefined;
    this.#busy = false;
    this.#run.answered(Number(head.slice(9, 12)), this.#since);
    if (CLOSE.test(head)) {
      const socket = this.#socket;
      this.#open();
      socket?.destroy();
    } else {
      this.#run.ready(this);
    }
  }
}

function isWhole(data: Buffer, bodyAt: number, head: string): boolean {
  const length = LENGTH.exec(head)?.[1];
  if (length !== undefined) return data.length - bodyAt >= Number(length);
  return !CHUNKED.test(head) || data.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK);
}
