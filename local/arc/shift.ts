import { z } from "zod";

/** A zonal shift as it is kept. Whether it is active or expired is a question of the time, so that isn't kept. */
export const ZonalShift = z.object({
  id: z.string(),
  /** Its place in the order in which shifts were started. */
  sequence: z.number(),
  /** ARN of the managed resource. */
  resource: z.string(),
  /** AZ id that traffic is moved away from. */
  awayFrom: z.string(),
  comment: z.string(),
  /** Milliseconds since 1970, whole seconds, as the API's timestamps are. */
  startTime: z.number(),
  expiryTime: z.number(),
  /** When it was cancelled, if it was. */
  canceledAt: z.number().optional(),
});

export type ZonalShift = z.infer<typeof ZonalShift>;

export const statuses = ["ACTIVE", "EXPIRED", "CANCELED"] as const;

export type ShiftStatus = (typeof statuses)[number];

export function statusOf(shift: ZonalShift, now: number): ShiftStatus {
  if (shift.canceledAt !== undefined) return "CANCELED";
  return now < shift.expiryTime ? "ACTIVE" : "EXPIRED";
}

/** What a zonal shift can be started for: a load balancer or a cluster that opted in. */
export interface ManagedResource {
  arn: string;
  name: string;
  zones: { id: string; name: string }[];
}

/** ARN -> zone name -> 1, or 0 where an active shift moves traffic away. */
export type Weights = Record<string, Record<string, 0 | 1>>;

export function weightsOf(resources: ManagedResource[], shifts: ZonalShift[], now: number): Weights {
  const away = new Set(
    shifts
      .filter((shift) => statusOf(shift, now) === "ACTIVE")
      .map(({ resource, awayFrom }) => `${resource} ${awayFrom}`),
  );
  return Object.fromEntries(
    resources.map(({ arn, zones }) => [
      arn,
      Object.fromEntries(zones.map(({ id, name }) => [name, away.has(`${arn} ${id}`) ? 0 : 1])),
    ]),
  );
}

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
