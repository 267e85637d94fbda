import { bytesArray, plainArray } from "../../kit/database/arrays.ts";
import type { StoredEvent } from "../saga/ports.ts";

/** Type of the array parameters that `eventArrays` gives, in their order; after them come the bodies. */
const TYPES = ["int[]", "int[]", "timestamptz[]", "uuid[]", "smallint[]", "text[]", "bool[]", "bytea[]"];
/** Between the bodies of a batch: JSON holds it only escaped. An array of them would have all their quotes escaped. */
export const SEPARATOR = "\x1f";

/** Inserts events given in arrays, from the parameter of number `from` on. */
export const insertEvents = (from: number): string => `
  INSERT INTO order_events (chain, link, at, order_id, version, status, fed, hash, body)
  SELECT * FROM unnest(${TYPES.map((type, i) => `$${from + i}::${type}`).join(", ")},
    string_to_array($${from + TYPES.length}, '${SEPARATOR}'))`;

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
    events.map(({ body }) => body).join(SEPARATOR),
  ];
}

/** Times in milliseconds since 1970. */
export function timeArray(times: readonly number[]): string {
  let last = Number.NaN;
  let text = "";
  // A batch's times are mostly the same few.
  return plainArray(
    times.map((ms) => {
      if (ms !== last) text = `"${new Date(ms).toISOString()}"`;
      last = ms;
      return text;
    }),
  );
}
