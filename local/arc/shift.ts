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
