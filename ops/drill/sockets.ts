import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";
import type { Outputs } from "../../config/index.ts";
import type { Trader } from "./stage.ts";

/** Streams of quotes that each user holds; the platform allows eight. */
const STREAMS_A_USER = 6;
const SYMBOLS = ["BHP", "CBA"];
const OPEN_TIMEOUT_MS = 5000;
/** Pause before connecting anew where the server named none, in milliseconds: evenly drawn up to this. */
const RECONNECT_MS = 2000;

/** What became of the streams. */
export interface SocketSummary {
  streams: number;
  /** Times that a stream connected anew. */
  moved: number;
  /** Quotes that a stream should have got while it was connected, and didn't. */
  missed: number;
  /** Streams that were open at the end. */
  open: number;
  /** The longest time that a stream was without a connection, seconds. */
  longestGapSeconds: number;
}

/** Streams of quotes, as traders' pages hold them: they connect anew when they are asked to, or lost. */
export class Sockets {
  readonly #url: string;
  readonly #traders: readonly Trader[];
  readonly #abort = new AbortController();
  readonly #streams: Stream[] = [];

  constructor({ publicUrl }: Pick<Outputs, "publicUrl">, traders: readonly Trader[]) {
    this.#url = `${publicUrl.replace(/^http/, "ws")}/ws/quotes`;
    this.#traders = traders;
  }

  /** Opens all, and resolves when each has its first quotes. @throws Error where one doesn't open */
  async open(): Promise<void> {
    for (const trader of this.#traders)
      for (let index = 0; index < STREAMS_A_USER; index++)
        this.#streams.push(new Stream(this.#url, trader, this.#abort.signal));
    await Promise.all(this.#streams.map((stream) => stream.ready));
  }

  summary(): SocketSummary {
    const sum = (of: (stream: Stream) => number) => this.#streams.reduce((total, one) => total + of(one), 0);
    return {
      streams: this.#streams.length,
      moved: sum(({ moved }) => moved),
      missed: sum(({ missed }) => missed),
      open: sum(({ isOpen }) => Number(isOpen)),
      longestGapSeconds: Math.max(0, ...this.#streams.map(({ longestGapMs }) => longestGapMs)) / 1000,
    };
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#streams.map((stream) => stream.ended));
  }
}

interface Message {
  type: string;
  epoch?: string;
  quotes?: { symbol: string; seq: number; prev?: number }[];
  reconnectAfterMs?: number;
}

/** One stream, for as long as the drill lasts. */
class Stream {
  moved = -1;
  missed = 0;
  isOpen = false;
  longestGapMs = 0;
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  #lostAt: number | undefined;
  #epoch = "";
  readonly #seen = new Map<string, number>();
  #reconnectAfterMs: number | undefined;

  constructor(url: string, trader: Trader, signal: AbortSignal) {
    const first = Promise.withResolvers<void>();
    this.ready = first.promise;
    this.ended = this.#run(url, trader, signal, first.resolve, first.reject);
  }

  async #run(
    url: string,
    trader: Trader,
    signal: AbortSignal,
    ready: () => void,
    failed: (error: Error) => void,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#connect(url, trader, signal, ready);
      } catch (error) {
        // Only the first connection must succeed; later ones are tried again.
        failed(error as Error);
      }
      this.isOpen = false;
      this.#lostAt ??= performance.now();
      const wait = this.#reconnectAfterMs ?? Math.random() * RECONNECT_MS;
      this.#reconnectAfterMs = undefined;
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Resolves when the connection has ended. */
  #connect(url: string, { token }: Trader, signal: AbortSignal, ready: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, ["trizone.quotes.v1"], {
        headers: { authorization: `Bearer ${token}` },
        handshakeTimeout: OPEN_TIMEOUT_MS,
      });
      const end = () => socket.terminate();
      signal.addEventListener("abort", end, { once: true });
      socket.on("open", () => socket.send(JSON.stringify({ type: "subscribe", symbols: SYMBOLS })));
      socket.on("message", (data) => {
        this.#take(JSON.parse(String(data)) as Message);
        ready();
      });
      socket.on("error", reject);
      socket.on("close", () => {
        signal.removeEventListener("abort", end);
        resolve();
      });
    });
  }

  #take({ type, epoch = "", quotes = [], reconnectAfterMs }: Message): void {
    if (type === "closing") this.#reconnectAfterMs = reconnectAfterMs;
    if (type === "snapshot") {
      this.#opened();
      this.#epoch = epoch;
      this.#seen.clear();
    }
    for (const { symbol, seq, prev } of quotes) {
      const last = this.#seen.get(symbol);
      const isGap = type === "update" && last !== undefined && (epoch !== this.#epoch || prev !== last);
      if (isGap) this.missed += 1;
      this.#seen.set(symbol, seq);
    }
  }

  #opened(): void {
    this.isOpen = true;
    this.moved += 1;
    if (this.#lostAt !== undefined)
      this.longestGapMs = Math.max(this.longestGapMs, performance.now() - this.#lostAt);
    this.#lostAt = undefined;
  }
}
