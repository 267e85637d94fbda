import { z } from "zod";
import { type Graph, reveal } from "../../engine/index.ts";
import { GraphReader } from "../graph-reader.ts";
import type { ManagedResource } from "./shift.ts";

const Named = z.object({ arn: z.string(), name: z.string() });
const Balancer = Named.extend({ enableZonalShift: z.boolean().default(false) });
const Cluster = Named.extend({
  zonalShiftConfig: z.object({ enabled: z.boolean().default(false) }).prefault({}),
});
/** A reference to the cluster inside carries no ARN. */
const ClusterComponent = z.object({ eksCluster: Named.optional().catch(undefined) });
const StackOutputs = z.object({
  zones: z.array(z.object({ id: z.string(), name: z.string() })),
  cluster: Named.optional(),
});

/**
 * What a zonal shift can be started for in a graph: the load balancers and clusters that opted in. Each is taken to be
 * in every zone of the stack's outputs. `eks:index:Cluster` shows only its arguments, which don't say whether the
 * cluster inside opted in, so it counts.
 */
export function managedResources(graph: Graph): ManagedResource[] {
  const { zones, cluster } = StackOutputs.parse(reveal(graph.outputs));
  const reader = new GraphReader(graph);
  const balancers = reader
    .all("aws:lb/loadBalancer:LoadBalancer", Balancer)
    .flatMap(({ value }) => (value.enableZonalShift ? [value] : []));
  const clusters = reader
    .all("aws:eks/cluster:Cluster", Cluster)
    .flatMap(({ value }) => (value.zonalShiftConfig.enabled ? [value] : []));
  // Where a component doesn't show its cluster, the stack's output names it.
  const components = reader
    .all("eks:index:Cluster", ClusterComponent)
    .flatMap(({ value }) => value.eksCluster ?? cluster ?? []);
  reader.check();
  return [
    ...new Map(
      [...balancers, ...clusters, ...components].map(({ arn, name }) => [arn, { arn, name, zones }]),
    ).values(),
  ];
}
