import { z } from "zod";

/** ARC's API: each list of dates and windows has 15 entries at most. */
const MAX_ENTRIES = 15;

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const CLOCK = "([01]\\d|2[0-3]):([0-5]\\d)";
const WINDOW = new RegExp(`^(${DAYS.join("|")}):${CLOCK}-(${DAYS.join("|")}):${CLOCK}$`);

/** A window within one day, UTC, such as `Mon:00:00-Mon:10:00`. */
const Window = z
  .string()
  .refine(
    (text) => parseWindow(text) !== undefined,
    "must be within one day, its end after its start, such as Mon:00:00-Mon:10:00",
  );
const Windows = z.array(Window).max(MAX_ENTRIES);
const Dates = z.array(z.string().refine(isDate, "must be a date such as 2026-12-25")).max(MAX_ENTRIES);
const Alarm = z.object({
  type: z.literal("CLOUDWATCH"),
  alarmIdentifier: z.string().min(8).max(1024),
});

/** When and by which alarms a resource's practice runs are held: as CreatePracticeRunConfiguration takes it. */
export const PracticeConfiguration = z.object({
  outcomeAlarms: z.array(Alarm).min(1).max(10),
  blockingAlarms: z.array(Alarm).max(10).optional(),
  blockedDates: Dates.optional(),
  blockedWindows: Windows.optional(),
  allowedWindows: Windows.optional(),
});
export type PracticeConfiguration = z.infer<typeof PracticeConfiguration>;

/** ConflictExceptionReason of a practice run that may not start now. */
export type PracticeBlocker =
  | "PracticeOutcomeAlarmsRed"
  | "PracticeBlockingAlarmsRed"
  | "PracticeInBlockedDates"
  | "PracticeInBlockedWindows"
  | "PracticeOutsideAllowedWindows";

/** Why no practice run may start at a time (milliseconds since 1970), if so. @param alarms those in state ALARM */
export function blockerOf(
  { outcomeAlarms, blockingAlarms, blockedDates, blockedWindows, allowedWindows }: PracticeConfiguration,
  alarms: ReadonlySet<string>,
  now: number,
): PracticeBlocker | undefined {
  const isRed = ({ alarmIdentifier }: { alarmIdentifier: string }) => alarms.has(alarmIdentifier);
  const isNow = (window: string) => isIn(window, now);
  if (blockingAlarms?.some(isRed)) return "PracticeBlockingAlarmsRed";
  if (outcomeAlarms.some(isRed)) return "PracticeOutcomeAlarmsRed";
  if (blockedDates?.includes(new Date(now).toISOString().slice(0, 10))) return "PracticeInBlockedDates";
  if (blockedWindows?.some(isNow)) return "PracticeInBlockedWindows";
  if (allowedWindows && allowedWindows.length > 0 && !allowedWindows.some(isNow))
    return "PracticeOutsideAllowedWindows";
  return undefined;
}

/** Whether a window, which counts to the end of its last minute, holds a time. */
function isIn(window: string, now: number): boolean {
  const parsed = parseWindow(window);
  const time = new Date(now);
  const minute = time.getUTCHours() * 60 + time.getUTCMinutes();
  return parsed?.day === time.getUTCDay() && parsed.from <= minute && minute <= parsed.to;
}

/** Minutes of the day; undefined where it isn't a window. */
function parseWindow(text: string): { day: number; from: number; to: number } | undefined {
  const [, day, fromHour, fromMinute, endDay, toHour, toMinute] = WINDOW.exec(text) ?? [];
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  return day !== undefined && day === endDay && from < to ? { day: DAYS.indexOf(day), from, to } : undefined;
}

function isDate(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
