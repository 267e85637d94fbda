/** RFC 6455, 5.2: the first byte of a whole message, and of control frames. */
const TEXT = 0x81;
const CLOSE = 0x88;
const PING = 0x89;
const MAX_CONTROL_PAYLOAD = 125;

/** Close codes (RFC 6455, 7.4): those registered, and our own after the HTTP statuses that they resemble. */
export const CLOSE_CODE = {
  restart: 1012,
  full: 1013,
  malformed: 4400,
  unauthorized: 4401,
  tooMany: 4429,
} as const;

/** Clients that are asked to reconnect do so spread over this many milliseconds. */
const RECONNECT_MS = 5000;

/**
 * A whole WebSocket message as a server sends it: one text frame, not masked (RFC 6455, 5.2), for many connections.
 * @param text ASCII only
 */
export function textFrame(text: string): Buffer {
  const { length } = text;
  const header = length < 126 ? 2 : length < 0x10000 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = TEXT;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header, "latin1");
  return frame;
}

function controlFrame(kind: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(kind, payload.length), payload]);
}

/** A ping whose answer brings `text` back: at most 125 ASCII characters. */
export const pingFrame = (text: string): Buffer => controlFrame(PING, Buffer.from(text, "latin1"));

/** @param reason ASCII; what doesn't fit into the frame is left out */
export function closeFrame(code: number, reason: string): Buffer {
  const payload = Buffer.from(`__${reason}`, "latin1").subarray(0, MAX_CONTROL_PAYLOAD);
  payload.writeUInt16BE(code);
  return controlFrame(CLOSE, payload);
}

/**
 * The message that tells a client of the stream why it is closed and when to come back (docs/quotes.md); the time is
 * drawn anew each time, so that clients don't all come at once.
 * @param reason ASCII without quotes or backslashes
 */
export function closingMessage(code: number, reason: string): string {
  const reconnectAfterMs = Math.round(Math.random() * RECONNECT_MS);
  return `{"type":"closing","code":${code},"reason":"${reason}","reconnectAfterMs":${reconnectAfterMs}}`;
}

/** Follows the frames of one direction of a connection, so that a proxy knows where one of its own may stand. */
export class FrameReader {
  readonly #header = Buffer.alloc(14);
  /** Bytes of the next frame's header that were read, and of the payload that are to come. */
  #headerRead = 0;
  #payloadLeft = 0;
  #inMessage = false;
  #closed = false;

  /** Whether the last frame is through and ended its message. */
  get betweenMessages(): boolean {
    return this.#headerRead === 0 && this.#payloadLeft === 0 && !this.#inMessage;
  }

  /** Whether a close frame came. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Follows `chunk`, or only the part of it up to the end of a message. Returns how many bytes. */
  read(chunk: Buffer, toEndOfMessage = false): number {
    let at = 0;
    while (at < chunk.length && !(toEndOfMessage && this.betweenMessages)) {
      if (this.#payloadLeft > 0) {
        const taken = Math.min(this.#payloadLeft, chunk.length - at);
        this.#payloadLeft -= taken;
        at += taken;
      } else {
        this.#header[this.#headerRead] = chunk[at] as number;
        this.#headerRead += 1;
        at += 1;
        this.#takeHeader();
      }
    }
    return at;
  }

  #takeHeader(): void {
    const [first = 0, second = 0] = this.#header;
    const short = second & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const mask = second & 0x80 ? 4 : 0;
    if (this.#headerRead < 2 + extended + mask) return;
    if (extended === 0) this.#payloadLeft = short;
    else
      this.#payloadLeft =
        extended === 2 ? this.#header.readUInt16BE(2) : Number(this.#header.readBigUInt64BE(2));
    const opcode = first & 0x0f;
    if (opcode < 8) this.#inMessage = (first & 0x80) === 0;
    else if (opcode === 8) this.#closed = true;
    this.#headerRead = 0;
  }
}
