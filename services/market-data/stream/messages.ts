import { z } from "zod";
import type { Entry, LatestQuotes } from "../latest-quotes.ts";

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

/** Bytes of a client's message at most: all symbols fit. */
export const MAX_CLIENT_MESSAGE = 4096;
const MAX_SYMBOLS = 100;

/** What a client may say. */
export const ClientMessage = z.strictObject({
  type: z.enum(["subscribe", "unsubscribe"]),
  symbols: z.array(z.string().max(6)).min(1).max(MAX_SYMBOLS),
});

export type ClientMessage = z.infer<typeof ClientMessage>;

const head = (type: string, latest: LatestQuotes) =>
  `{"type":"${type}","epoch":"${latest.epoch}","time":${latest.timeMs}`;

/** The newest quotes of symbols, whatever the client has of them. */
export function snapshot(latest: LatestQuotes, entries: readonly Entry[]): string {
  return `${head("snapshot", latest)},"quotes":[${entries.map(({ json }) => `${json}}`).join()}]}`;
}

/** Quotes that take the place of those that the client has: `had` says which, by their sequence numbers. */
export function update(
  latest: LatestQuotes,
  entries: readonly Entry[],
  had: (entry: Entry) => number,
): string {
  let quotes = "";
  for (const entry of entries) quotes += `${quotes && ","}${entry.json},"prev":${had(entry)}}`;
  return `${head("update", latest)},"quotes":[${quotes}]}`;
}

export const heartbeat = (latest: LatestQuotes): string => `${head("heartbeat", latest)}}`;

/** @param reason ASCII without quotes or backslashes */
export function closing(code: number, reason: string, reconnectAfterMs: number): string {
  return `{"type":"closing","code":${code},"reason":"${reason}","reconnectAfterMs":${reconnectAfterMs}}`;
}
