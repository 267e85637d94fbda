import { z } from "@hono/zod-openapi";
import { KeptDecision } from "./decisions.ts";

/** Shapes of the operators' API. Times are ISO 8601 in UTC, shares from 0 to 1. */

const figures = {
  requestsPerSecond: z.number(),
  errorShare: z.number(),
  p99Ms: z.number().nullable(),
};

const Pod = z
  .object({ name: z.string(), service: z.string(), ready: z.boolean(), ...figures })
  .openapi("ZonePod");

const Zone = z
  .object({
    zone: z.string(),
    letter: z.string(),
    id: z.string(),
    state: z.enum(["healthy", "sick", "shifted", "faulty"]),
    ...figures,
    p50Ms: z.number().nullable(),
    /** Null where nothing is known, and for a zone without a ready pod of a service. */
    utilisation: z.number().nullable().openapi({ description: "Share of its pods' capacity that it uses" }),
    pods: z.array(Pod),
    faults: z.array(z.string()),
    databaseRole: z
      .enum(["primary", "standby"])
      .nullable()
      .openapi({ description: "Null where it is in another zone, or isn't known" }),
    weights: z
      .object({ public: z.number(), internal: z.number() })
      .openapi({ description: "Shares of the balancers' requests: 0 where traffic is shifted away" }),
  })
  .openapi("Zone");

export const ZonesNow = z
  .object({ at: z.string(), mode: z.string(), zones: z.array(Zone) })
  .openapi("ZonesNow");

export type ZonesNow = z.infer<typeof ZonesNow>;

const ZoneSeries = z
  .object({
    requests: z.array(z.number()),
    errors: z.array(z.number()),
    p50Ms: z.array(z.number().nullable()),
    p99Ms: z.array(z.number().nullable()),
  })
  .openapi("ZoneSeries");

/** A value for each second, the oldest first. */
export const ZonesHistory = z
  .object({
    seconds: z.array(z.number()).openapi({ description: "Seconds since 1970" }),
    zones: z.record(z.string(), ZoneSeries),
  })
  .openapi("ZonesHistory");

const Part = z.object({ ok: z.boolean(), detail: z.string() });

export const GuardNow = z
  .object({
    mode: z.enum(["observe", "recommend", "act"]),
    active: z.boolean(),
    zone: z.string(),
    pod: z.string(),
    source: Part.extend({ kind: z.string() }),
    arc: Part,
    lease: Part,
    shift: z.object({ zone: z.string(), expiryTime: z.string().nullable(), own: z.boolean() }).optional(),
  })
  .openapi("GuardNow");

export type GuardNow = z.infer<typeof GuardNow>;

export const DecisionPage = z
  .object({ decisions: z.array(KeptDecision.openapi("Decision")), next: z.string().nullable() })
  .openapi("DecisionPage");

const Shift = z
  .object({
    id: z.string(),
    zone: z.string(),
    resources: z.array(z.string()),
    status: z.enum(["ACTIVE", "EXPIRED", "CANCELED"]),
    comment: z.string(),
    startTime: z.string(),
    expiryTime: z.string(),
    by: z.enum(["guard", "operator", "autoshift"]),
  })
  .openapi("Shift");

export const ShiftList = z.object({ shifts: z.array(Shift) }).openapi("ShiftList");

export const NewShift = z.strictObject({
  zone: z.string().min(1),
  expiresIn: z
    .string()
    .regex(/^[1-9][0-9]{0,3}[mh]$/, { error: "must be minutes or hours, such as 30m or 2h" }),
  comment: z.string().trim().min(1).max(128),
});

export const NewFault = z.strictObject({
  action: z.enum(["kill", "freeze", "slow", "errors", "cut", "heal"]),
  ms: z.number().int().min(1).max(60_000).optional(),
  share: z.number().gt(0).max(1).optional(),
  service: z.string().min(1).max(63).optional(),
  pod: z.string().min(1).max(253).optional(),
});

export const NewDrill = z.strictObject({
  scenario: z.string().min(1).max(63),
  zone: z.string().min(1).optional(),
  rate: z.number().min(1).max(5000).optional(),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional(),
});

/** `report` and `html` come with a drill that is asked for by its id, once it has ended. */
export const Drill = z
  .object({
    id: z.string(),
    scenario: z.string(),
    state: z.enum(["running", "passed", "failed", "error"]),
    startedAt: z.string(),
    endedAt: z.string().optional(),
    progress: z.string().optional(),
    report: z.unknown().optional(),
    html: z.string().optional(),
  })
  .openapi("Drill");

export const DrillList = z
  .object({
    scenarios: z.array(z.object({ name: z.string(), description: z.string() })),
    drills: z.array(Drill),
  })
  .openapi("DrillList");

export const StartedDrill = z.object({ id: z.string() }).openapi("StartedDrill");

/** The supervisor's own words. */
export const FailoverAccepted = z.record(z.string(), z.unknown()).openapi("FailoverAccepted");
