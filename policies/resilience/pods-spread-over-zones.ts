import type { PolicyResource, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import {
  display,
  entries,
  type Finding,
  isPatch,
  isProduction,
  items,
  matches,
  mayEqual,
  namespaceOf,
  PRODUCTION_SCHEMA,
  podKind,
  podOwners,
  read,
  resourceRule,
  UNKNOWN,
  unset,
  withHeld,
} from "../shared/index.ts";

const ZONE = "topology.kubernetes.io/zone";
const ZONES = 3;

/** Labels by which a selector chooses zones or single nodes. */
const PLACES = new Set([
  ZONE,
  "failure-domain.beta.kubernetes.io/zone",
  "topology.ebs.csi.aws.com/zone",
  "kubernetes.io/hostname",
]);

/** The kinds whose pods are alike, so that any of them can be anywhere. */
const REPLICATED = new Set(["Deployment", "ReplicaSet", "ReplicationController", "Rollout", "StatefulSet"]);
const AUTOSCALER = /^kubernetes:autoscaling\/[^:]+:HorizontalPodAutoscaler$/;
const EVENT_SCALER = /^kubernetes:keda\.sh\/[^:]+:ScaledObject$/;

/** Losing a zone costs a third of a service, never all of it. */
export const podsSpreadOverZones = resourceRule({
  name: "pods-spread-over-zones",
  description: "Pods are spread evenly over three zones, and there are at least three of them.",
  severity: "high",
  verdict: "would be lost with fewer than three zones",
  fix: `Give the pods a topologySpreadConstraint (topologyKey ${ZONE}, maxSkew 1, whenUnsatisfiable DoNotSchedule, a labelSelector of their own labels, and nodeTaintsPolicy Honor so that a cordoned zone stops no pod), three replicas or an autoscaler's minimum of three, and no selector that leaves out a zone.`,
  configSchema: PRODUCTION_SCHEMA,
  judge: (resource) => {
    const { type, props } = resource;
    if (AUTOSCALER.test(type)) return tooFew("spec.minReplicas", read(props, "spec", "minReplicas") ?? 1);
    if (!REPLICATED.has(podKind(type) ?? "")) return [];
    const replicas = read(props, "spec", "replicas");
    if (refersElsewhere(props)) return unset(replicas) ? [] : tooFew("spec.replicas", replicas);
    return podOwners(type, props).flatMap(({ path, value: owner }) =>
      isSingle(resource, owner) ? [] : judge(path, owner, isPatch(type)),
    );
  },
  judgeStack: (stack) => {
    const resources = withHeld(stack.resources);
    const scalers = resources.filter(({ type }) => AUTOSCALER.test(type) || EVENT_SCALER.test(type));
    return resources.flatMap((resource) => unscaled(resource, scalers, stack.getConfig));
  },
});

/** Whether a Rollout's pods have the template of a Deployment, which is judged itself. */
function refersElsewhere(props: unknown): boolean {
  return read(props, "spec", "workloadRef") !== undefined;
}

type Owned = Pick<ResourceValidationArgs, "type" | "urn" | "getConfig">;

/** A single pod with a volume can't be in three zones: outside of production it may be lost for a while. */
function isSingle(resource: Owned, owner: unknown): boolean {
  const replicas = read(owner, "spec", "replicas") ?? 1;
  return podKind(resource.type) === "StatefulSet" && replicas === 1 && !isProduction(resource);
}

/** Replicas that are not set are one, unless an autoscaler sets them. */
function unscaled(
  resource: PolicyResource,
  scalers: PolicyResource[],
  getConfig: StackValidationArgs["getConfig"],
): Finding[] {
  const { type, props, urn } = resource;
  if (!REPLICATED.has(podKind(type) ?? "") || isPatch(type)) return [];
  const owners = refersElsewhere(props) ? [{ path: "", value: props }] : podOwners(type, props);
  return owners.flatMap(({ path, value: owner }) => {
    const spec = read(owner, "spec");
    // While the cluster doesn't exist, a preview shows its objects without properties: the update judges them.
    if (unset(spec) || spec === UNKNOWN || !unset(read(spec, "replicas"))) return [];
    const isScaled = scalers.some(({ props: scaler }) => scales(scaler, owner, podKind(type)));
    if (isScaled || isSingle({ type, urn, getConfig }, owner)) return [];
    return [{ resource, reason: `${path}spec.replicas is unset, which means 1, and no autoscaler names it` }];
  });
}

function scales(scaler: unknown, owner: unknown, kind: string | undefined): boolean {
  const target = read(scaler, "spec", "scaleTargetRef");
  return (
    mayEqual(read(target, "kind") ?? "Deployment", kind) &&
    mayEqual(read(target, "name"), read(owner, "metadata", "name")) &&
    mayEqual(namespaceOf(scaler), namespaceOf(owner))
  );
}

function judge(path: string, owner: unknown, isPatched: boolean): string[] {
  const template = read(owner, "spec", "template");
  const pod = read(template, "spec");
  const constraints = read(pod, "topologySpreadConstraints");
  const labels = read(template, "metadata", "labels");
  const even = items(constraints).some(
    (constraint) =>
      read(constraint, "topologyKey") === ZONE &&
      read(constraint, "maxSkew") === 1 &&
      read(constraint, "whenUnsatisfiable") === "DoNotSchedule" &&
      selects(read(constraint, "labelSelector"), labels),
  );
  const replicas = read(owner, "spec", "replicas");
  const apart = terms(pod, "podAntiAffinity").some(
    (term) => read(term, "topologyKey") === ZONE && selects(read(term, "labelSelector"), labels),
  );
  return [
    ...(even || apart || isPatched
      ? []
      : [`${path}spec.template.spec has no constraint that spreads its own pods over ${ZONE}`]),
    // None at all: a Rollout makes pods of its template.
    ...(unset(replicas) || replicas === 0 ? [] : tooFew(`${path}spec.replicas`, replicas)),
    ...pinned(pod, `${path}spec.template.spec`),
    ...together(pod, labels, `${path}spec.template.spec`),
  ];
}

/** Whether a known selector finds pods with these labels. Matching more than them is fine, matching nothing is not. */
function selects(selector: unknown, labels: unknown): boolean {
  const values = [selector, read(selector, "matchLabels"), read(selector, "matchExpressions")];
  const isKnown = ![...values, ...entries(values[1]).map(([, value]) => value)].includes(UNKNOWN);
  return isKnown && labels !== UNKNOWN && matches(selector, labels);
}

function tooFew(path: string, replicas: unknown): string[] {
  return typeof replicas === "number" && replicas >= ZONES ? [] : [`${path} is ${display(replicas)}`];
}

/** Selectors that keep pods out of a zone, or on one node. */
function pinned(pod: unknown, path: string): string[] {
  const node = read(pod, "nodeName");
  const selected = entries(read(pod, "nodeSelector")).filter(([key]) => PLACES.has(key));
  const required = read(
    pod,
    ...["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"],
  );
  const expressions = items(required).flatMap((term) => items(read(term, "matchExpressions")));
  const zones = expressions.filter((expression) => PLACES.has(String(read(expression, "key"))));
  const names = items(required).flatMap((term) => items(read(term, "matchFields")));
  return [
    ...(unset(node) || node === "" ? [] : [`${path}.nodeName puts all of them on ${display(node)}`]),
    ...selected.map(([, value]) => `${path}.nodeSelector allows only ${display(value)}`),
    ...[...zones, ...names].flatMap((expression) => {
      const [operator, values] = [read(expression, "operator"), read(expression, "values")];
      const open = operator === "Exists" || (operator === "In" && new Set(items(values)).size >= ZONES);
      return open || values === UNKNOWN
        ? []
        : [`${path}.affinity allows only ${operator} ${display(values)}`];
    }),
  ];
}

/** What a pod's affinity to other pods, or from them, requires. */
function terms(pod: unknown, affinity: string): unknown[] {
  return items(read(pod, "affinity", affinity, "requiredDuringSchedulingIgnoredDuringExecution"));
}

/** An affinity that puts a pod where the others of its kind are. */
function together(pod: unknown, labels: unknown, path: string): string[] {
  return terms(pod, "podAffinity").flatMap((term) =>
    PLACES.has(String(read(term, "topologyKey"))) && selects(read(term, "labelSelector"), labels)
      ? [`${path}.affinity.podAffinity puts all of them into one ${display(read(term, "topologyKey"))}`]
      : [],
  );
}
