import type { Graph } from "../../engine/index.ts";
import { GraphReader } from "../graph-reader.ts";
import {
  Cluster,
  ClusterComponent,
  Group,
  KubernetesService,
  LoadBalancer,
  LoadBalancerListener,
  LoadBalancerRule,
  TargetGroupBinding,
} from "./routing-schemas.ts";
import type { Balancer, Listener, Routing, Service, TargetGroup } from "./state.ts";

/** Other names under which the AWS provider has load balancers, and the classic ones. */
const OTHER_BALANCERS = /^aws:(alb|elb|applicationloadbalancing|elasticloadbalancing(v2)?)\//;

/**
 * What a graph declares about traffic: its Application Load Balancers, target groups, Services and clusters.
 * Throws one error with every resource that a laptop can't stand in for, and why.
 */
export function routing(graph: Graph): Routing {
  const reader = new GraphReader(graph);
  for (const other of reader.resources(OTHER_BALANCERS))
    reader.refuse(other, "type", "a laptop reads load balancers as aws.lb.* only; declare this one so");
  const read = {
    balancers: readBalancers(reader),
    groups: readGroups(reader),
    services: readServices(reader),
    clusters: readClusters(reader),
  };
  reader.check();
  return read;
}

function readBalancers(reader: GraphReader): Balancer[] {
  const rules = reader.all("aws:lb/listenerRule:ListenerRule", LoadBalancerRule).map(({ value }) => value);
  const listeners = reader
    .all("aws:lb/listener:Listener", LoadBalancerListener)
    .map(
      ({
        value: { loadBalancerArn, defaultActions, ...listener },
      }): Listener & { loadBalancerArn: string } => ({
        ...listener,
        loadBalancerArn,
        rules: [
          ...rules
            .filter(({ listenerArn }) => listenerArn === listener.arn)
            .sort((a, b) => (a.priority === b.priority ? 0 : a.priority - b.priority))
            .map(({ conditions, actions }) => ({ conditions: conditions.flat(), action: actions })),
          { conditions: [], action: defaultActions },
        ],
      }),
    );
  return reader.all("aws:lb/loadBalancer:LoadBalancer", LoadBalancer).map(({ value }) => ({
    ...value,
    listeners: listeners
      .filter(({ loadBalancerArn }) => loadBalancerArn === value.arn)
      .map(({ loadBalancerArn: _, ...listener }) => listener)
      // A balancer's address on a laptop stands for the first: the one that serves, not the one that redirects to it.
      .sort((a, b) => Number(b.protocol === "HTTPS") - Number(a.protocol === "HTTPS") || a.port - b.port),
  }));
}

/** Target groups with the Service that a TargetGroupBinding ties to each. */
function readGroups(reader: GraphReader): TargetGroup[] {
  const bindings = new Map(
    reader
      .all("kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding", TargetGroupBinding)
      .map(({ value: { metadata, spec } }) => [
        spec.targetGroupARN,
        { namespace: metadata.namespace, service: spec.serviceRef.name, port: spec.serviceRef.port },
      ]),
  );
  return reader.all("aws:lb/targetGroup:TargetGroup", Group).map(({ resource, value }) => ({
    arn: value.arn,
    name: value.name ?? resource.name,
    healthCheck: value.healthCheck,
    deregistrationDelayMs: value.deregistrationDelay,
    crossZone: value.loadBalancingCrossZoneEnabled,
    binding: bindings.get(value.arn),
  }));
}

/** Services that kube-proxy serves: those with a selector and a cluster IP. */
function readServices(reader: GraphReader): Service[] {
  return reader
    .all("kubernetes:core/v1:Service", KubernetesService)
    .filter(({ value: { spec } }) => {
      const headless = spec.clusterIP === "None" || spec.type === "ExternalName";
      return !headless && Object.keys(spec.selector).length > 0;
    })
    .map(({ resource, value: { metadata, spec } }) => ({
      namespace: metadata.namespace,
      name: metadata.name ?? resource.name,
      selector: spec.selector,
      preferSameZone: ["PreferSameZone", "PreferClose"].includes(spec.trafficDistribution ?? ""),
      ports: spec.ports.map(({ name, port, targetPort }) => ({
        name,
        port,
        target: targetPort ?? String(port),
      })),
    }));
}

function readClusters(reader: GraphReader): string[] {
  const own = reader.all("aws:eks/cluster:Cluster", Cluster).map(({ value }) => value.arn);
  const inside = reader.all("eks:index:Cluster", ClusterComponent).map(({ value }) => value.eksCluster?.arn);
  return [...new Set([...own, ...inside])].filter((arn) => arn !== undefined);
}
