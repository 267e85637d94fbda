import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

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

/**
 * A client of a stream of quotes that takes little of the machine: it finds the frames, counts the quotes in them,
 * reads their time and answers pings.
 */
export class QuotesClient {
  readonly socket: Socket;
  readonly received: Received = { quotes: 0, bytes: 0, latencies: new Uint32Array(LONGEST_MS + 1) };
  readonly opened: Promise<void>;
  /** Called with each message's latency. */
  onMessage: (latencyMs: number) => void = () => undefined;
  #rest: Buffer = Buffer.alloc(0);
  #isOpen = false;

  constructor(port: number, user: string, symbols: readonly string[]) {
    this.socket = connect(port, "127.0.0.1").setNoDelay(true);
    this.socket.write(
      `GET /ws/quotes HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n` +
        `x-user-id: ${user}\r\n\r\n`,
    );
    this.opened = new Promise((resolve, reject) => {
      this.socket.once("error", reject);
      this.socket.once("close", () => reject(new Error("the stream was closed")));
      this.socket.on("data", (data) => {
        if (this.#isOpen) return this.#read(data);
        const head = data.toString("latin1");
        if (!head.startsWith("HTTP/1.1 101")) return reject(new Error(`refused: ${head.slice(0, 40)}`));
        this.#isOpen = true;
        this.#send(0x1, Buffer.from(JSON.stringify({ type: "subscribe", symbols })));
        resolve();
        this.#read(data.subarray(data.indexOf("\r\n\r\n") + 4));
      });
    });
    this.opened.catch(() => undefined);
  }

  reset(): void {
    this.received.quotes = 0;
    this.received.bytes = 0;
    this.received.latencies.fill(0);
  }

  #read(data: Buffer): void {
    this.received.bytes += data.length;
    let buffer = this.#rest.length > 0 ? Buffer.concat([this.#rest, data]) : data;
    for (;;) {
      const frame = frameOf(buffer);
      if (!frame) break;
      if (frame.opcode === 0x9) this.#send(0xa, frame.payload);
      if (frame.opcode === 0x1) this.#count(frame.payload);
      buffer = buffer.subarray(frame.length);
    }
    this.#rest = buffer;
  }

  #count(payload: Buffer): void {
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

  /** A client's frames are masked (RFC 6455, 5.3); by zeros, which change nothing. */
  #send(opcode: number, payload: Buffer): void {
    const length =
      payload.length < 126 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 0xff];
    this.socket.write(Buffer.concat([Buffer.from([0x80 | opcode, ...length, 0, 0, 0, 0]), payload]));
  }
}

/** The first frame of a server's bytes, none of which is longer than 64 KiB; nothing while it isn't whole. */
function frameOf(buffer: Buffer): { opcode: number; payload: Buffer; length: number } | undefined {
  const [first = 0, short = 0] = buffer;
  if (buffer.length < 2 || (short === 126 && buffer.length < 4)) return undefined;
  const header = short === 126 ? 4 : 2;
  const length = header + (short === 126 ? buffer.readUInt16BE(2) : short);
  if (buffer.length < length) return undefined;
  return { opcode: first & 0xf, payload: buffer.subarray(header, length), length };
}
