import { z } from "zod";
import type { GuardDecision, Operations } from "../platform/operations.ts";

/** How far back latency is looked at, to know what is usual. */
const HISTORY_SECONDS = 600;

const Pod = z.object({
  name: z.string(),
  service: z.string(),
  ready: z.boolean(),
  requestsPerSecond: z.number(),
  /** 0 to 1. */
  errorShare: z.number(),
  p99Ms: z.number().nullable(),
});

const Zone = z.object({
  zone: z.string(),
  id: z.string(),
  requestsPerSecond: z.number(),
  errorShare: z.number(),
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  /** Share of its pods' processor time that is used; null where it isn't known. */
  utilisation: z.number().nullish(),
  pods: z.array(Pod),
  databaseRole: z.enum(["primary", "standby"]).nullable(),
  weights: z.object({ public: z.number(), internal: z.number() }),
});
export type ZoneFacts = z.infer<typeof Zone>;

const History = z.object({
  zones: z.record(z.string(), z.object({ p99Ms: z.array(z.number().nullable()) })),
});

/** What a diagnosis rests on. */
export interface Facts {
  /** Milliseconds of the epoch. */
  at: number;
  zones: ZoneFacts[];
  /** The newest first. */
  decisions: GuardDecision[];
  /** Zone -> 99th percentile of each of the last seconds, the newest last; null for a second without requests. */
  history: Record<string, (number | null)[]>;
}

/** Asks the platform's guard, which sees all zones. @throws Error where it doesn't answer, with what to look at instead */
export async function readFacts(operations: Operations): Promise<Facts> {
  const [{ zones }, decisions, history] = await Promise.all([
    operations.get("/zones", z.object({ zones: z.array(Zone) })),
    operations.decisions(),
    operations.get(`/zones/history?seconds=${HISTORY_SECONDS}`, History),
  ]);
  const seconds = Object.entries(history.zones).map(([zone, { p99Ms }]) => [zone, p99Ms] as const);
  return { at: Date.now(), zones, decisions, history: Object.fromEntries(seconds) };
}
