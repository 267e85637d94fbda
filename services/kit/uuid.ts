import { randomUUID } from "node:crypto";

/** A UUID of any version, in lower or upper case (RFC 9562, 4). */
export const UUID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/** Whether a text is a UUID of any version, in lower or upper case (RFC 9562, 4). */
export const isUuid = (text: string): boolean => UUID.test(text);

/** What a version 7 UUID begins with: 48 bits of time. */
function prefixOf(ms: number): string {
  const time = ms.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}

/** A version 7 UUID (RFC 9562, 5.7): its first 48 bits are the time in milliseconds, so that new rows lie together in an index. */
export function uuid7(now = Date.now()): string {
  // The rest is random, as in a version 4 UUID.
  return `${prefixOf(now)}-7${randomUUID().slice(15)}`;
}

/** Below all version 7 UUIDs of a time in milliseconds since 1970, or of later ones. */
export function lowestUuid7(ms: number): string {
  return `${prefixOf(Math.max(0, Math.floor(ms)))}-0000-0000-000000000000`;
}

/** The time of a version 7 UUID in milliseconds since 1970; for any other UUID the number has no meaning. */
export function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
