import { z } from "zod";

/** What `trizone status --json` prints and the control API serves: the platform as it is at this moment. */
export const Status = z.object({
  stack: z.string(),
  state: z.enum(["starting", "ready", "stopping"]),
  zones: z.array(
    z.object({
      name: z.string(),
      id: z.string(),
      /** Whether its node answers the control plane. */
      ready: z.boolean(),
      /** Faults injected by `trizone zone …`, the newest last. */
      faults: z.array(z.string()),
    }),
  ),
  pods: z.array(
    z.object({
      name: z.string(),
      workload: z.string(),
      /** The same: a workload's pods serve under its name. */
      service: z.string(),
      namespace: z.string(),
      zone: z.string().optional(),
      phase: z.string(),
      pid: z.number().optional(),
      /** URLs of its admin and its business port on this machine. */
      admin: z.string().optional(),
      http: z.string().optional(),
      ready: z.boolean(),
      restarts: z.number(),
      /** When its container was started last: ISO 8601. */
      startedAt: z.iso.datetime().optional(),
    }),
  ),
  /** What the autoscalers want now, within their bounds. */
  autoscalers: z
    .array(z.object({ service: z.string(), pods: z.number(), minimum: z.number(), maximum: z.number() }))
    .default([]),
  /** Services whose pods in a zone are being replaced, by `trizone zone restart`. */
  rollouts: z.array(z.object({ service: z.string(), zone: z.string(), left: z.number() })).default([]),
  balancers: z.array(
    z.object({
      arn: z.string(),
      name: z.string(),
      /** 1 where a zone takes traffic, 0 where a zonal shift moved it away. */
      weights: z.record(z.string(), z.number()),
      nodes: z.array(z.object({ zone: z.string(), healthy: z.boolean(), requests: z.number() })),
      targets: z.array(z.object({ id: z.string(), zone: z.string(), state: z.string() })),
    }),
  ),
  databases: z.array(
    z.object({
      name: z.string(),
      primaryZone: z.string(),
      /** The zone that would take over now. */
      standbyZone: z.string().optional(),
      state: z.enum(["starting", "available", "failing-over", "unavailable", "stopped"]),
    }),
  ),
});

export type Status = z.infer<typeof Status>;

/** Pods that end count no more, as in a ReplicaSet. */
export function lastingPods(pods: Status["pods"]): Status["pods"] {
  return pods.filter(({ phase }) => phase !== "Terminating");
}

/**
 * Whether nothing is left of a lost zone: every zone and pod is ready, no zone has two pods of a workload more than
 * another, and each database has a standby.
 */
export function isWhole({ zones, pods, databases }: Pick<Status, "zones" | "pods" | "databases">): boolean {
  const lasting = lastingPods(pods);
  const isSpread = [...Map.groupBy(lasting, ({ workload }) => workload).values()].every((own) => {
    const counts = zones.map(({ name }) => own.filter(({ zone }) => zone === name).length);
    return Math.max(...counts) - Math.min(...counts) <= 1;
  });
  return (
    isSpread &&
    lasting.every(({ ready }) => ready) &&
    zones.every(({ ready }) => ready) &&
    databases.every(({ state, standbyZone }) => state === "available" && standbyZone !== undefined)
  );
}
