import { z } from "zod";
import type { Declared, GraphReader } from "../../graph-reader.ts";
import { fullName, Named } from "./object-names.ts";

export interface Scaling {
  minimum: number;
  maximum: number;
  /** CPU that the pods are to use on average, as a share of their request. Undefined: no scaling by load. */
  target: number | undefined;
  /** Scaling down takes the highest of what was wanted in this time. */
  stabilizationMs: number;
}

export const Rollout = Named.extend({
  spec: z.object({
    replicas: z.number().int().min(0).default(1),
    workloadRef: z.object({ name: z.string() }).optional(),
  }),
});
/** What a HorizontalPodAutoscaler declares. Only the utilization of CPU is read; other metrics change nothing. */
const HorizontalPodAutoscaler = Named.extend({
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
    minReplicas: z.number().int().min(0).default(1),
    maxReplicas: z.number().int().min(1).optional(),
    metrics: z
      .array(
        z.object({
          resource: z
            .object({
              name: z.string(),
              target: z.object({ averageUtilization: z.number().positive().optional() }),
            })
            .optional(),
        }),
      )
      .default([]),
    behavior: z
      .object({
        scaleDown: z.object({ stabilizationWindowSeconds: z.number().min(0).optional() }).optional(),
      })
      .optional(),
  }),
});

/** How the pods of each Deployment are scaled, by `namespace/name`. */
export function readScalings(
  reader: GraphReader,
  rollouts: readonly Declared<z.infer<typeof Rollout>>[],
): Map<string, Scaling> {
  const referred = new Map(
    rollouts.map(({ resource, value }) => [fullName(resource, value), value.spec.workloadRef?.name]),
  );
  return new Map(
    reader
      .all(/^kubernetes:autoscaling\/v[12]:HorizontalPodAutoscaler$/, HorizontalPodAutoscaler)
      .flatMap(({ value }) => {
        const { kind, name } = value.spec.scaleTargetRef;
        const { namespace } = value.metadata;
        const deployment =
          kind === "Deployment" ? name : kind === "Rollout" && referred.get(`${namespace}/${name}`);
        return deployment ? [[`${namespace}/${deployment}`, scaling(value)] as const] : [];
      }),
  );
}

function scaling({ spec }: z.infer<typeof HorizontalPodAutoscaler>): Scaling {
  const cpu = spec.metrics.find(({ resource }) => resource?.name === "cpu")?.resource?.target;
  return {
    minimum: spec.minReplicas,
    maximum: spec.maxReplicas ?? spec.minReplicas,
    target: cpu?.averageUtilization === undefined ? undefined : cpu.averageUtilization / 100,
    stabilizationMs: (spec.behavior?.scaleDown?.stabilizationWindowSeconds ?? 300) * 1000,
  };
}
