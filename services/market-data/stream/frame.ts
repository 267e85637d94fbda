const TEXT = 0x81;
const PING = 0x89;

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

/** A ping whose answer brings `text` back: at most 125 ASCII characters. */
export function pingFrame(text: string): Buffer {
  const frame = Buffer.allocUnsafe(2 + text.length);
  frame[0] = PING;
  frame[1] = text.length;
  frame.write(text, 2, "latin1");
  return frame;
}
