import { randomFillSync } from "node:crypto";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text is a UUID of any version, in lower or upper case (RFC 9562, 4). */
export const isUuid = (text: string): boolean => UUID.test(text);

/** Random bytes for many ids, fetched at once: each call costs more than the bytes. */
const pool = Buffer.alloc(4000);
let used = pool.length;

/** A version 7 UUID (RFC 9562, 5.7): its first 48 bits are the time in milliseconds, so that new rows lie together in an index. */
export function uuid7(now = Date.now()): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  pool[used] = 0x70 | ((pool[used] ?? 0) & 0x0f);
  pool[used + 2] = 0x80 | ((pool[used + 2] ?? 0) & 0x3f);
  // 74 random bits are needed; 10 bytes hold them with the version and the variant.
  const random = pool.toString("hex", used, used + 10);
  used += 10;
  const time = now.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-${random.slice(0, 4)}-${random.slice(4, 8)}-${random.slice(8)}`;
}

/** The time of a version 7 UUID in milliseconds since 1970; for any other UUID the number has no meaning. */
export function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
