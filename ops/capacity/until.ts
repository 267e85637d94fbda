import { EXCHANGE_TIME_ZONE } from "../../config/index.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const UNITS: Record<string, number> = { m: MINUTE_MS, h: 60 * MINUTE_MS };

/**
 * When something ends, in milliseconds since 1970: `10:15`, the next such time in Sydney, or `30m` and `1h` from now.
 * @throws Error for other texts, and for more than a day
 */
export function until(text: string, now = Date.now()): number {
  const [, count, unit] = /^(\d{1,4})([mh])$/.exec(text) ?? [];
  const after = Number(count) * (UNITS[unit ?? ""] ?? Number.NaN);
  if (after > 0 && after <= DAY_MS) return now + after;
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hours === undefined)
    throw new Error(`${JSON.stringify(text)} is no time such as 10:15 (Sydney), 30m or 1h, a day at most`);
  const wanted = `${hours.padStart(2, "0")}:${minutes}`;
  // A minute at a time, so that a change of the clock on the way needs no rule.
  const first = Math.floor(now / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  for (let at = first; at <= now + DAY_MS + 60 * MINUTE_MS; at += MINUTE_MS)
    if (clock(at) === wanted) return at;
  throw new Error(
    `${text} does not come in Sydney within a day, since the clock changes; name another minute`,
  );
}

const format = new Intl.DateTimeFormat("en-AU", {
  ...{ timeZone: EXCHANGE_TIME_ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
});

/** Hours and minutes in Sydney. */
export function clock(at: number): string {
  return format.format(at);
}
