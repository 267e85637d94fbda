import { z } from "zod";
import { type Graph, type Resource, reveal } from "../../engine/index.ts";
import type { ManagedResource } from "./shift.ts";

const Named = z.object({ arn: z.string(), name: z.string() });
const Balancer = Named.extend({ enableZonalShift: z.literal(true) });
const Cluster = Named.extend({ zonalShiftConfig: z.object({ enabled: z.literal(true) }) });
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
  const optedIn = (resource: Resource) => {
    const outputs = reveal<Record<string, unknown>>(resource.outputs);
    switch (resource.type) {
      case "aws:lb/loadBalancer:LoadBalancer":
      case "aws:alb/loadBalancer:LoadBalancer":
        return Balancer.safeParse(outputs).data;
      case "aws:eks/cluster:Cluster":
        return Cluster.safeParse(outputs).data;
      case "eks:index:Cluster":
        // A reference to the cluster inside carries no ARN; then the stack's output names it.
        return Named.safeParse(outputs.eksCluster).data ?? cluster;
      default:
        return undefined;
    }
  };
  const found = graph.resources.flatMap((resource) => optedIn(resource) ?? []);
  return [...new Map(found.map(({ arn, name }) => [arn, { arn, name, zones }])).values()];
}
