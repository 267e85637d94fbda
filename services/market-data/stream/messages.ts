import { z } from "zod";
import type { Entry, LatestQuotes } from "../latest-quotes.ts";

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
