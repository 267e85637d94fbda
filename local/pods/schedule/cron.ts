/** A field of a cron schedule: its range, and the numbers that it allows. */
const FIELDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/**
 * Whether a minute is one of a CronJob's: five fields (minute, hour, day of month, month, day of week, where 0 and 7 are
 * Sunday) of `*`, numbers, ranges, lists and steps, by the clock of a time zone.
 * Throws for what isn't such a schedule, and for a time zone that doesn't exist.
 */
export function cron(schedule: string, timeZone: string): (at: Date) => boolean {
  const texts = schedule.trim().split(/\s+/);
  if (texts.length !== FIELDS.length)
    throw new Error(`the schedule ${JSON.stringify(schedule)} must have five fields, such as 30 9 * * 1-5`);
  const [minutes, hours, days, months, weekdays] = FIELDS.map(([least, most], index) =>
    numbers(texts[index] ?? "", least, most, schedule),
  );
  const anyDay = texts[2] === "*" || texts[4] === "*";
  const clock = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone, hourCycle: "h23", weekday: "short" },
    ...{ month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" },
  });
  // Time zones differ from UTC by whole quarters of an hour, and to ask for one's clock takes long.
  const quarterly = new Set([...(minutes ?? [])].map((minute) => minute % 15));
  return (at) => {
    if (!quarterly.has(at.getUTCMinutes() % 15)) return false;
    const part = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
    const weekday = WEEKDAYS.indexOf(part.weekday ?? "");
    const onWeekday = weekdays?.has(weekday) || (weekday === 0 && weekdays?.has(7)) || false;
    const onDay = days?.has(Number(part.day)) ?? false;
    return (
      (minutes?.has(Number(part.minute)) ?? false) &&
      (hours?.has(Number(part.hour)) ?? false) &&
      (months?.has(Number(part.month)) ?? false) &&
      // Where both days are restricted, either is enough (crontab(5)).
      (anyDay ? onDay && onWeekday : onDay || onWeekday)
    );
  };
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function numbers(text: string, least: number, most: number, schedule: string): Set<number> {
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const [, all, first, last, step] = /^(?:(\*)|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part) ?? [];
    const from = all ? least : Number(first);
    const to = all || (step && last === undefined) ? most : Number(last ?? first);
    const by = Number(step ?? 1);
    if (!(from >= least && to <= most && from <= to && by >= 1))
      throw new Error(
        `${JSON.stringify(part)} in the schedule ${JSON.stringify(schedule)} is not within ${least}-${most}`,
      );
    for (let one = from; one <= to; one += by) found.add(one);
  }
  return found;
}
