/** The exchange opens at 10:00 in Sydney; its auction and the rush after it are from five minutes before on. */
const OPENS = { from: 9 * 60 + 55, to: 10 * 60 + 15 };

const SYDNEY = new Intl.DateTimeFormat("en-AU", {
  timeZone: "Australia/Sydney",
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/** Whether the market opens now, or opened some minutes ago. */
export function isOpening(now: Date): boolean {
  const parts = Object.fromEntries(SYDNEY.formatToParts(now).map(({ type, value }) => [type, value]));
  if (parts.weekday === "Sat" || parts.weekday === "Sun") return false;
  const minute = Number(parts.hour) * 60 + Number(parts.minute);
  return minute >= OPENS.from && minute < OPENS.to;
}
