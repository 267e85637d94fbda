import { z } from "zod";
import { PRE_SCALING } from "../../../config/index.ts";
import type { Graph } from "../../../engine/index.ts";
import { GraphReader } from "../../graph-reader.ts";

/** A CronJob that sets the least pods of autoscalers. */
export interface PreScaling {
  /** The CronJob's. */
  name: string;
  namespace: string;
  /** Five fields of cron, by the clock of `timeZone`. */
  schedule: string;
  timeZone: string;
  /** By the autoscaler's name, which is its workload's. */
  minimums: Record<string, number>;
}

const Minimums = z.record(z.string(), z.number().int().min(1));
const Job = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().default("default") }),
  spec: z.object({
    schedule: z.string(),
    timeZone: z.string().default("UTC"),
    jobTemplate: z.object({
      spec: z.object({
        template: z.object({
          metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }).prefault({}),
          spec: z.object({
            containers: z.array(
              z.object({
                env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
              }),
            ),
          }),
        }),
      }),
    }),
  }),
});

/**
 * The scheduled pre-scaling that a graph declares: what its CronJobs would patch, which no Kubernetes API is here for.
 * Other CronJobs are passed over.
 */
export function readPreScaling(graph: Graph): PreScaling[] {
  const reader = new GraphReader(graph);
  const found = reader
    .all("kubernetes:batch/v1:CronJob", z.object({ spec: z.unknown(), metadata: z.unknown() }))
    .flatMap(({ resource, value }) => {
      const job = Job.safeParse(value);
      if (!job.success) return [];
      const { metadata, spec } = job.data;
      const { template } = spec.jobTemplate.spec;
      if (template.metadata.labels["app.kubernetes.io/name"] !== PRE_SCALING) return [];
      const text = template.spec.containers[0]?.env.find(({ name }) => name === "MINIMUMS")?.value;
      const minimums = Minimums.safeParse(JSON.parse(text ?? "null"));
      if (minimums.success) return [{ ...metadata, ...spec, minimums: minimums.data }];
      reader.refuse(
        resource,
        "spec.jobTemplate",
        "its variable MINIMUMS must hold the least pods of each autoscaler",
      );
      return [];
    });
  reader.check();
  return found.map(({ name, namespace, schedule, timeZone, minimums }) => ({
    ...{ name, namespace, schedule, timeZone, minimums },
  }));
}
