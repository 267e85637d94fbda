/** IANA name of the exchange's time zone. */
export const EXCHANGE_TIME_ZONE = "Australia/Sydney";

/** Minutes that Sydney is ahead of UTC: AEST in winter, AEDT in summer. */
const OFFSETS = [10 * 60, 11 * 60];

/**
 * Minutes after Sydney's midnight between which nothing may disturb trading. ASX opens with an auction before 10:00,
 * trades until 16:00 and closes with an auction until 16:12 (ASX, Trading Hours). What began just before the first
 * minute, such as a practice run of half an hour, is over half an hour before the open.
 */
const QUIET = { from: 9 * 60, to: 16 * 60 + 30 };

/** The market's open, 9:59 to 10:02, in ordinary minutes' traffic. */
export const OPEN_FACTOR = 3;

/**
 * When there is more of what serves, and when it is as usual again: half an hour before the open and half an hour after,
 * as cron has it, in the exchange's time zone, daylight saving and all.
 */
export const OPEN_SCHEDULES = { open: "30 9 * * 1-5", usual: "30 10 * * 1-5" };

/**
 * One of these schedules as EventBridge Scheduler writes it: minute, hour, day of month, month, day of week, year.
 *
 * @example schedulerCron("30 9 * * 1-5") // "cron(30 9 ? * MON-FRI *)"
 */
export function schedulerCron(schedule: string): string {
  const [minute, hour] = schedule.split(" ");
  return `cron(${minute} ${hour} ? * MON-FRI *)`;
}

const DAY = 24 * 60;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/**
 * The trading days' quiet hours as ARC has windows: `Mon:00:00-Mon:06:30`, in UTC, each within one day, 15 at most
 * (ARC API, PracticeRunConfiguration). Each window holds in winter and in summer, so it is an hour too long in both.
 */
export function tradingWindows(): string[] {
  const from = QUIET.from - Math.max(...OFFSETS);
  const to = QUIET.to - Math.min(...OFFSETS);
  return [1, 2, 3, 4, 5].flatMap((day) => {
    const parts: [number, number, number][] =
      from < 0
        ? [
            [day - 1, from + DAY, DAY - 1],
            [day, 0, to],
          ]
        : [[day, from, to]];
    return parts.map(([on, begin, end]) => `${at(on, begin)}-${at(on, end)}`);
  });
}

function at(day: number, minutes: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${DAYS[day]}:${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
