/** Texts of numbers and times. Amounts stay decimal strings: no float comes between the API and the screen. */

const SYDNEY = "Australia/Sydney";

const time = new Intl.DateTimeFormat("en-AU", { timeZone: SYDNEY, timeStyle: "medium", hourCycle: "h23" });
const day = new Intl.DateTimeFormat("en-AU", { timeZone: SYDNEY, day: "2-digit", month: "short" });
const full = new Intl.DateTimeFormat("en-AU", {
  timeZone: SYDNEY,
  dateStyle: "medium",
  timeStyle: "long",
  hourCycle: "h23",
});

/** `1234567.50` as `1,234,567.50`; a minus becomes the typographic one. */
export function grouped(decimal: string): string {
  const negative = decimal.startsWith("-");
  const [whole = "", rest] = (negative ? decimal.slice(1) : decimal).split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${negative ? "−" : ""}${text}${rest === undefined ? "" : `.${rest}`}`;
}

/** An amount of Australian dollars: `A$1,234.50`. */
export function dollars(decimal: string): string {
  return decimal.startsWith("-") ? `−A$${grouped(decimal.slice(1))}` : `A$${grouped(decimal)}`;
}

/** With a sign in any case, but for nothing: `+12.30`, `−0.40`, `0.00`. */
export function signed(decimal: string): string {
  return signOf(decimal) > 0 ? `+${grouped(decimal)}` : grouped(decimal);
}

/** 1, 0 or -1. */
export function signOf(decimal: string): -1 | 0 | 1 {
  if (!/[1-9]/.test(decimal)) return 0;
  return decimal.startsWith("-") ? -1 : 1;
}

/** The time of day in Sydney, with the day where it isn't today's. */
export function timeOf(iso: string, now = Date.now()): string {
  const date = new Date(iso);
  const sameDay = day.format(date) === day.format(now);
  return sameDay ? time.format(date) : `${day.format(date)} ${time.format(date)}`;
}

/** Day, time and zone in Sydney. */
export const fullTime = (iso: string): string => full.format(new Date(iso));

const minute = new Intl.DateTimeFormat("en-AU", {
  timeZone: SYDNEY,
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/**
 * Texts below a time axis, in Sydney's time: the day where another one begins, else the time, with seconds where ticks are
 * nearer than a minute. @param ticks epoch seconds
 */
export function axisTexts(ticks: readonly number[]): string[] {
  const [first = 0, second = first + 60] = ticks;
  const texts = second - first < 60 ? time : minute;
  return ticks.map((at, i) => {
    const [date, clock] = [day.format(at * 1000), texts.format(at * 1000)];
    const before = ticks[i - 1];
    if (before === undefined) return clock.startsWith("00:00") ? date : clock;
    return date === day.format(before * 1000) ? clock : date;
  });
}

/** A share of 1 as a percentage. */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)}%`;
}

/** A length of time as `1 h 04 min`, `12 min 05 s` or `8 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  if (h >= 48) return `${Math.floor(h / 24)} d ${h % 24} h`;
  if (h > 0) return `${h} h ${two(m)} min`;
  return m > 0 ? `${m} min ${two(s)} s` : `${s} s`;
}
