import type { Graph, Resource } from "../../engine/index.ts";
import { ofType, Reader } from "./read.ts";
import type { HealthCheck, TargetGroup } from "./state.ts";

/** Target groups with the Service that a TargetGroupBinding ties to each; defaults are Elastic Load Balancing's. */
export function readGroups(graph: Graph, groups: Resource[]): TargetGroup[] {
  const bindings = new Map(
    ofType(graph, /^kubernetes:elbv2\.k8s\.aws\/v1beta1:TargetGroupBinding$/).map(readBinding),
  );
  return groups.map((resource) => {
    const group = new Reader(resource.outputs);
    const stickiness = group.child("stickiness");
    const arn = group.text("arn", resource.id ?? "");
    refuseOtherStickiness(resource, stickiness);
    return {
      arn,
      name: group.text("name", resource.name),
      healthCheck: readHealthCheck(group.child("healthCheck")),
      deregistrationDelayMs: group.seconds("deregistrationDelay", 300),
      stickinessMs: stickiness.flag("enabled", stickiness.has("type"))
        ? stickiness.seconds("cookieDuration", 86_400)
        : 0,
      slowStartMs: group.seconds("slowStart", 0),
      algorithm: readAlgorithm(group.text("loadBalancingAlgorithmType")),
      // A balancer of type application always has cross-zone on; only a group can turn it off.
      crossZone: String(group.bag.loadBalancingCrossZoneEnabled) !== "false",
      binding: bindings.get(arn),
    };
  });
}

function refuseOtherStickiness(resource: Resource, stickiness: Reader): void {
  const type = stickiness.text("type", "lb_cookie");
  if (type === "lb_cookie" || !stickiness.flag("enabled", true)) return;
  throw new Error(
    `${resource.urn} has stickiness of type ${type}; the load balancer of a laptop knows lb_cookie only`,
  );
}

function readHealthCheck(check: Reader): HealthCheck {
  return {
    enabled: check.flag("enabled", true),
    path: check.text("path", "/"),
    port: check.text("port", "traffic-port"),
    intervalMs: check.seconds("interval", 30),
    timeoutMs: check.seconds("timeout", 5),
    healthyThreshold: check.number("healthyThreshold", 5),
    unhealthyThreshold: check.number("unhealthyThreshold", 2),
    matcher: check.text("matcher", "200"),
  };
}

function readAlgorithm(type: string): TargetGroup["algorithm"] {
  return type === "least_outstanding_requests" || type === "weighted_random" ? type : "round_robin";
}

function readBinding(resource: Resource): [string, NonNullable<TargetGroup["binding"]>] {
  const properties = new Reader(resource.outputs);
  const spec = properties.child("spec");
  const service = spec.child("serviceRef");
  const binding = {
    namespace: properties.child("metadata").text("namespace", "default"),
    service: service.text("name"),
    port: service.text("port"),
  };
  return [spec.text("targetGroupARN"), binding];
}
