import { z } from "zod";

/** What a HorizontalPodAutoscaler declares. Only the utilization of CPU is read; other metrics change nothing. */
export const Autoscaler = z.object({
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

export interface Scaling {
  minimum: number;
  maximum: number;
  /** CPU that the pods are to use on average, as a share of their request. Undefined: no scaling by load. */
  target: number | undefined;
  /** Scaling down takes the highest of what was wanted in this time. */
  stabilizationMs: number;
}

export function scaling({ spec }: z.infer<typeof Autoscaler>): Scaling {
  const cpu = spec.metrics.find(({ resource }) => resource?.name === "cpu")?.resource?.target;
  return {
    minimum: spec.minReplicas,
    maximum: spec.maxReplicas ?? spec.minReplicas,
    target: cpu?.averageUtilization === undefined ? undefined : cpu.averageUtilization / 100,
    stabilizationMs: (spec.behavior?.scaleDown?.stabilizationWindowSeconds ?? 300) * 1000,
  };
}
