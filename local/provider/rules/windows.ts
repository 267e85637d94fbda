import type { JointRule, Rule } from "./rule.ts";

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const DAY = 24 * 60;
const WEEK = 7 * DAY;

/** From a minute of the week or of the day until another, which may be smaller: the window then goes past the end. */
interface Span {
  from: number;
  minutes: number;
}

/** `ddd:hh24:mi-ddd:hh24:mi`, as RDS and ElastiCache name a time of the week; undefined for what isn't one. */
function weekly(text: string): Span | undefined {
  const found = /^(\w{3}):([01]\d|2[0-3]):([0-5]\d)-(\w{3}):([01]\d|2[0-3]):([0-5]\d)$/.exec(
    text.toLowerCase(),
  );
  if (!found) return undefined;
  const [, fromDay = "", fromHour, fromMinute, toDay = "", toHour, toMinute] = found;
  if (!DAYS.includes(fromDay) || !DAYS.includes(toDay)) return undefined;
  const from = DAYS.indexOf(fromDay) * DAY + Number(fromHour) * 60 + Number(fromMinute);
  const to = DAYS.indexOf(toDay) * DAY + Number(toHour) * 60 + Number(toMinute);
  return { from, minutes: (to - from + WEEK) % WEEK };
}

/** `hh24:mi-hh24:mi`, a time of every day. */
function daily(text: string): Span | undefined {
  const found = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!found) return undefined;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = found.slice(1).map(Number);
  const from = fromHour * 60 + fromMinute;
  return { from, minutes: (toHour * 60 + toMinute - from + DAY) % DAY };
}

/** A time of the week of at least that many minutes and at most a day. */
export function weeklyWindow(least: number): Rule {
  return window(weekly, "sat:16:30-sat:17:30", least);
}

/** A time of every day of at least that many minutes. */
export function dailyWindow(least: number): Rule {
  return window(daily, "15:00-16:00", least);
}

function window(read: (text: string) => Span | undefined, example: string, least: number): Rule {
  return {
    expects: `a window such as ${example} of at least ${least} minutes and less than a day`,
    holds: (value) => {
      if (typeof value !== "string") return true;
      const span = read(value);
      return span !== undefined && span.minutes >= least && span.minutes < DAY;
    },
  };
}

/** That what happens daily in one window never meets what happens weekly in the other. */
export function apart(everyDay: string, everyWeek: string): JointRule {
  return {
    path: everyDay,
    expects: `a window that doesn't overlap ${everyWeek}`,
    holds: ({ [everyDay]: day, [everyWeek]: week }) => {
      const [one, other] = [daily(String(day)), weekly(String(week))];
      if (!one || !other) return true;
      // Every day's window, from the last day of the week before on, which may reach into this one.
      return Array.from({ length: 9 }, (_, index) => (index - 1) * DAY + one.from).every(
        (from) => from + one.minutes <= other.from || other.from + other.minutes <= from,
      );
    },
  };
}
