import { bytesArray, plainArray, textArray } from "../../kit/database/index.ts";
import type { StoredEvent } from "../saga/events.ts";

/** Type of the array parameters that `eventArrays` gives, in their order; after them come the bodies. */
const TYPES = [
  ...["int[]", "int[]", "timestamptz[]", "uuid[]", "smallint[]", "text[]", "bool[]", "bytea[]"],
  ...["text[]", "text[]"],
];
/**
 * Separates the bodies of a batch in one text: JSON contains this character only escaped. In an array all of their quotes
 * would have to be escaped.
 */
export const SEPARATOR = "\x1f";

/** SQL that inserts events given as arrays, whose parameters are numbered from `from` on. */
export const insertEvents = (from: number): string => `
  INSERT INTO order_events (chain, link, at, order_id, version, status, fed, hash, user_id, symbol, body)
  SELECT * FROM unnest(${TYPES.map((type, i) => `$${from + i}::${type}`).join(", ")},
    string_to_array($${from + TYPES.length}, '${SEPARATOR}'))`;

/** The parameters of `insertEvents`. */
export function eventArrays(events: readonly StoredEvent[]): string[] {
  return [
    plainArray(events.map(({ chain }) => chain)),
    plainArray(events.map(({ link }) => link)),
    timeArray(events.map(({ at }) => at)),
    plainArray(events.map(({ orderId }) => orderId)),
    plainArray(events.map(({ version }) => version)),
    plainArray(events.map(({ status }) => status)),
    plainArray(events.map(({ fed }) => (fed ? "t" : "f"))),
    bytesArray(events.map(({ hash }) => hash)),
    textArray(events.map(({ userId }) => userId)),
    plainArray(events.map(({ symbol = "NULL" }) => symbol)),
    events.map(({ body }) => body).join(SEPARATOR),
  ];
}

/** Times in milliseconds since 1970. */
export function timeArray(times: readonly number[]): string {
  return plainArray(times.map((ms) => `"${new Date(ms).toISOString()}"`));
}
