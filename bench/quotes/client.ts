import { once } from "node:events";
import { WebSocket } from "ws";

const TIME = Buffer.from('"time":');
const SYMBOL = Buffer.from('"symbol":');

/** Latencies of so many milliseconds and more are counted together. */
const LONGEST_MS = 1000;

/** What one client has received since the last reset. */
export interface Received {
  quotes: number;
  bytes: number;
  /** How many messages came so many whole milliseconds after their tick's begin. */
  latencies: Uint32Array;
}

/** The latency, in milliseconds, that all but a share of the messages of all clients were within. */
export function percentileOf(clients: readonly QuotesClient[], share: number): number {
  const counts = new Uint32Array(LONGEST_MS + 1);
  for (const { received } of clients)
    for (const [ms, n] of received.latencies.entries()) counts[ms] = (counts[ms] ?? 0) + n;
  let left = (1 - share) * counts.reduce((sum, n) => sum + n, 0);
  let ms = LONGEST_MS;
  while (ms > 0 && left >= (counts[ms] ?? 0)) {
    left -= counts[ms] ?? 0;
    ms -= 1;
  }
  return ms;
}

/** A client of a stream of quotes, which counts the quotes in the messages and reads their time. */
export class QuotesClient {
  readonly socket: WebSocket;
  readonly received: Received = { quotes: 0, bytes: 0, latencies: new Uint32Array(LONGEST_MS + 1) };
  readonly opened: Promise<void>;
  /** Called with each message's latency. */
  onMessage: (latencyMs: number) => void = () => undefined;

  constructor(port: number, user: string, symbols: readonly string[]) {
    const headers = { "x-user-id": user };
    const options = { headers, perMessageDeflate: false, skipUTF8Validation: true };
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/ws/quotes`, options);
    this.opened = once(this.socket, "open").then(() =>
      this.socket.send(JSON.stringify({ type: "subscribe", symbols })),
    );
    this.opened.catch(() => undefined);
    this.socket.on("error", () => undefined);
    this.socket.on("message", (data: Buffer) => this.#count(data));
  }

  reset(): void {
    this.received.quotes = 0;
    this.received.bytes = 0;
    this.received.latencies.fill(0);
  }

  #count(payload: Buffer): void {
    this.received.bytes += payload.length;
    for (let at = payload.indexOf(SYMBOL); at >= 0; at = payload.indexOf(SYMBOL, at + SYMBOL.length)) {
      this.received.quotes += 1;
    }
    const at = payload.indexOf(TIME) + TIME.length;
    const latency = Date.now() - Number(payload.toString("latin1", at, at + 13));
    const { latencies } = this.received;
    const ms = Math.min(LONGEST_MS, Math.max(0, latency));
    latencies[ms] = (latencies[ms] ?? 0) + 1;
    this.onMessage(latency);
  }
}
