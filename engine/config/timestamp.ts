/** A date of a YAML file. As text it is what the CLI passes on: `2026-03-01 00:00:00 +0000 UTC`. */
export class Timestamp {
  /** RFC 3339, as in `2026-03-01T00:00:00Z`. */
  readonly rfc3339: string;
  private readonly text: string;

  constructor(parts: { date: string; time: string; fraction: string; offsetMinutes: number }) {
    const { date, time, fraction, offsetMinutes } = parts;
    const offset = hoursAndMinutes(offsetMinutes);
    const zone = offsetMinutes === 0 ? "Z" : `${offset.slice(0, 3)}:${offset.slice(3)}`;
    this.rfc3339 = `${date}T${time}${fraction}${zone}`;
    this.text = `${date} ${time}${fraction} ${offset} ${offsetMinutes === 0 ? "UTC" : offset}`;
  }

  toString(): string {
    return this.text;
  }
}

function hoursAndMinutes(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

const PATTERN =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:([Tt]| +)(\d\d?):(\d\d?):(\d\d?)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)?)?$/;

/** A date (`2026-03-01`), or a date and a time; of those with a `T` only with a zone, of others only without. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const found = PATTERN.exec(text);
  if (!found) return undefined;
  const [, year = "", month = "", day = "", separator, hour = "0", minute = "0", second = "0"] = found;
  const [fraction = "", zone] = found.slice(8);
  if (separator !== undefined && /[Tt]/.test(separator) !== (zone !== undefined)) return undefined;
  const offsetMinutes = zoneMinutes(zone);
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || offsetMinutes === undefined)
    return undefined;
  const two = (part: string) => part.padStart(2, "0");
  const date = `${year}-${two(month)}-${two(day)}`;
  // A day that the month doesn't have (02-30) would be moved into the next one.
  const known = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(known.getTime()) || !known.toISOString().startsWith(date)) return undefined;
  const digits = fraction.slice(0, 9).replace(/0+$/, "");
  return new Timestamp({
    date,
    time: [hour, minute, second].map(two).join(":"),
    fraction: digits === "" ? "" : `.${digits}`,
    offsetMinutes,
  });
}

function zoneMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === "Z") return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  if (hours > 24 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
