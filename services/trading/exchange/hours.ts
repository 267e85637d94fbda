/** When an exchange trades. */
export interface Hours {
  isOpen(ms: number): boolean;
  /** When the session that a time lies in, or the next one, ends: what is on the book then expires. */
  closeAfter(ms: number): number;
  /** When the next session begins; the time itself while one is under way. */
  openFrom(ms: number): number;
}

const DAY_MS = 86_400_000;
const OPEN_HOUR = 10;
const CLOSE_HOUR = 16;

const SYDNEY = new Intl.DateTimeFormat("en-AU", {
  timeZone: "Australia/Sydney",
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
});

/** How far Sydney's clocks are ahead of UTC at a time: 10 hours, or 11 with daylight saving. */
function offsetAt(ms: number): number {
  const parts = Object.fromEntries(SYDNEY.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day, hour, minute, second } = parts;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  return local - Math.floor(ms / 1000) * 1000;
}

/** The time at which Sydney's clocks show an hour of a day, given in days since 1970. Daylight saving begins and ends at other hours. */
function atHour(day: number, hour: number): number {
  const local = day * DAY_MS + hour * 3_600_000;
  return local - offsetAt(local - 10 * 3_600_000);
}

/** Sydney's day that a time lies in, in days since 1970. */
const dayOf = (ms: number): number => Math.floor((ms + offsetAt(ms)) / DAY_MS);

/** 1 January 1970 was a Thursday. */
const isWeekday = (day: number): boolean => (day + 4) % 7 !== 0 && (day + 4) % 7 !== 6;

/**
 * ASX's normal trading: 10:00 to 16:00 in Sydney, Monday to Friday (ASX Trade, market phases). Left out: the staggered
 * opening, the closing auction and public holidays.
 */
export const asxHours: Hours = {
  isOpen(ms) {
    const day = dayOf(ms);
    return isWeekday(day) && ms >= atHour(day, OPEN_HOUR) && ms < atHour(day, CLOSE_HOUR);
  },
  closeAfter(ms) {
    let day = dayOf(ms);
    while (!isWeekday(day) || atHour(day, CLOSE_HOUR) <= ms) day += 1;
    return atHour(day, CLOSE_HOUR);
  },
  openFrom(ms) {
    if (this.isOpen(ms)) return ms;
    let day = dayOf(ms);
    while (!isWeekday(day) || atHour(day, OPEN_HOUR) < ms) day += 1;
    return atHour(day, OPEN_HOUR);
  },
};

/** Always open; orders are good for Sydney's day. */
export const alwaysOpen: Hours = {
  isOpen: () => true,
  closeAfter: (ms) => atHour(dayOf(ms) + 1, 0),
  openFrom: (ms) => ms,
};
