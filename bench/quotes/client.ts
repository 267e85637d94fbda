import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

const TIME = Buffer.from('"time":');
const SYMBOL = Buffer.from('"symbol":');

/** What one client has received since the last reset. */
export interface Received {
  quotes: number;
  bytes: number;
  /** Milliseconds from a tick's begin to its message's arrival. */
  latencies: number[];
}

/**
 * A client of a stream of quotes that takes little of the machine: it finds the frames, counts the quotes in them,
 * reads their time and answers pings.
 */
export class QuotesClient {
  readonly socket: Socket;
  readonly received: Received = { quotes: 0, bytes: 0, latencies: [] };
  readonly opened: Promise<void>;
  /** Told of each message's latency. */
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
    this.received.latencies = [];
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
    this.received.latencies.push(latency);
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
