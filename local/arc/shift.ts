import { z } from "zod";

/** A zonal shift as it is kept. Whether it is active or expired is a question of the time, so that isn't kept. */
export const ZonalShift = z.object({
  id: z.string(),
  /** Its place in the order in which shifts were started. */
  sequence: z.number(),
  /** Whose it is: a customer's, or a practice run, which ARC or a customer started. */
  type: z.enum(["ZONAL_SHIFT", "PRACTICE_RUN"]).default("ZONAL_SHIFT"),
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
  /** Of a practice run that didn't last to its end: an outcome alarm ended it, or anything else did. */
  outcome: z.enum(["FAILED", "INTERRUPTED"]).optional(),
});

export type ZonalShift = z.infer<typeof ZonalShift>;

export const statuses = ["ACTIVE", "EXPIRED", "CANCELED"] as const;

export type ShiftStatus = (typeof statuses)[number];

export function statusOf(shift: ZonalShift, now: number): ShiftStatus {
  if (shift.canceledAt !== undefined) return "CANCELED";
  return now < shift.expiryTime ? "ACTIVE" : "EXPIRED";
}

/** What came of a practice run; undefined for a customer's shift. */
export function outcomeOf(shift: ZonalShift, now: number): string | undefined {
  if (shift.type !== "PRACTICE_RUN") return undefined;
  return shift.outcome ?? (statusOf(shift, now) === "ACTIVE" ? "PENDING" : "SUCCEEDED");
}

/** What a zonal shift can be started for: a load balancer or a cluster that opted in. */
export interface ManagedResource {
  arn: string;
  name: string;
  zones: { id: string; name: string }[];
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
