import type { ResourceValidationArgs } from "@pulumi/policy";
import {
  display,
  entries,
  isProduction,
  items,
  PRODUCTION_SCHEMA,
  podKind,
  podOwners,
  read,
  resourceRule,
  UNKNOWN,
  unset,
} from "../shared/index.ts";

const ZONE = "topology.kubernetes.io/zone";
const ZONES = 3;

/** The kinds whose pods are alike, so that any of them can be anywhere. */
const REPLICATED = new Set(["Deployment", "ReplicaSet", "ReplicationController", "Rollout", "StatefulSet"]);
const AUTOSCALER = /^kubernetes:autoscaling\/[^:]+:HorizontalPodAutoscaler$/;

/** Losing a zone costs a third of a service, never all of it. */
export const podsSpreadOverZones = resourceRule({
  name: "pods-spread-over-zones",
  description: "Pods are spread evenly over three zones, and there are at least three of them.",
  severity: "high",
  verdict: "would be lost with fewer than three zones",
  fix: `Give the pods a topologySpreadConstraint (topologyKey ${ZONE}, maxSkew 1, whenUnsatisfiable DoNotSchedule, nodeTaintsPolicy Honor so that a cordoned zone stops no pod, a labelSelector of their own labels), three replicas or more, and no selector that leaves out a zone.`,
  configSchema: PRODUCTION_SCHEMA,
  judge: (resource) => {
    const { type, props } = resource;
    if (AUTOSCALER.test(type)) return tooFew("spec.minReplicas", read(props, "spec", "minReplicas") ?? 1);
    if (!REPLICATED.has(podKind(type) ?? "")) return [];
    // Its pods have the template of a Deployment, which is judged itself.
    if (read(props, "spec", "workloadRef") !== undefined)
      return tooFew("spec.replicas", read(props, "spec", "replicas") ?? 1);
    return podOwners(type, props).flatMap(({ path, value: owner }) =>
      isSingle(resource, owner) ? [] : judge(path, owner),
    );
  },
});

/** A single pod with a volume can't be in three zones: outside of production it may be lost for a while. */
function isSingle(resource: ResourceValidationArgs, owner: unknown): boolean {
  const replicas = read(owner, "spec", "replicas") ?? 1;
  return podKind(resource.type) === "StatefulSet" && replicas === 1 && !isProduction(resource);
}

function judge(path: string, owner: unknown): string[] {
  const template = read(owner, "spec", "template");
  const pod = read(template, "spec");
  const constraints = read(pod, "topologySpreadConstraints");
  const labels = read(template, "metadata", "labels");
  const even = items(constraints).some(
    (constraint) =>
      read(constraint, "topologyKey") === ZONE &&
      read(constraint, "maxSkew") === 1 &&
      read(constraint, "whenUnsatisfiable") === "DoNotSchedule" &&
      read(constraint, "nodeTaintsPolicy") === "Honor" &&
      selects(read(constraint, "labelSelector", "matchLabels"), labels),
  );
  const replicas = read(owner, "spec", "replicas");
  return [
    ...(even ? [] : [`${path}spec.template.spec has no constraint that spreads its own pods over ${ZONE}`]),
    // None at all: a Rollout makes pods of its template.
    ...(unset(replicas) || replicas === 0 ? [] : tooFew(`${path}spec.replicas`, replicas)),
    ...pinned(pod, `${path}spec.template.spec`),
  ];
}

/** Whether the selector finds pods with these labels. Matching more than them is fine, matching nothing is not. */
function selects(selector: unknown, labels: unknown): boolean {
  const wanted = entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => read(labels, key) === value);
}

function tooFew(path: string, replicas: unknown): string[] {
  return typeof replicas === "number" && replicas >= ZONES ? [] : [`${path} is ${display(replicas)}`];
}

/** Selectors that keep pods out of a zone. */
function pinned(pod: unknown, path: string): string[] {
  const selected = read(pod, "nodeSelector", ZONE);
  const required = read(
    pod,
    ...["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"],
  );
  const expressions = items(required).flatMap((term) => items(read(term, "matchExpressions")));
  const zones = expressions.filter((expression) => read(expression, "key") === ZONE);
  return [
    ...(unset(selected) ? [] : [`${path}.nodeSelector allows only ${display(selected)}`]),
    ...zones.flatMap((expression) => {
      const [operator, values] = [read(expression, "operator"), read(expression, "values")];
      const open = operator === "Exists" || (operator === "In" && items(values).length >= ZONES);
      return open || values === UNKNOWN
        ? []
        : [`${path}.affinity allows only ${operator} ${display(values)}`];
    }),
  ];
}
