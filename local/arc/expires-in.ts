const minute = 60_000;
/** "You can set a zonal shift to be active initially for up to three days (72 hours)": ARC's developer guide. */
const longest = 72 * 60 * minute;

/**
 * Milliseconds of an `expiresIn` such as `30m` or `12h`; undefined where it isn't one that ARC takes:
 * `([1-9][0-9]*)(m|h)`, 2 to 5 characters, at most 72 hours.
 */
export function parseExpiresIn(text: string): number | undefined {
  const match = /^([1-9][0-9]{0,3})([mh])$/.exec(text);
  if (!match) return undefined;
  const ms = Number(match[1]) * (match[2] === "h" ? 60 * minute : minute);
  return ms <= longest ? ms : undefined;
}
