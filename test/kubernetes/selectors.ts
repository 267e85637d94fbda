import { called, type KubernetesObject, ofKind } from "./objects.ts";
import { hasPort, namespacesOf, type Selector, selects, type Template, templatesOf } from "./pods.ts";

type Check = (object: KubernetesObject, objects: KubernetesObject[], templates: Template[]) => string[];

/** What selects no pod, or pods that don't listen where they are called. */
export function selectorProblems(objects: KubernetesObject[]): string[] {
  const templates = templatesOf(objects);
  return objects.flatMap((object) =>
    (CHECKS[object.kind]?.(object, objects, templates) ?? []).map((text) => `${called(object)}: ${text}`),
  );
}

const owns: Check = ({ spec, metadata: { name, namespace } }, _, templates) =>
  templates
    .filter(({ owner }) => owner.metadata.name === name && owner.metadata.namespace === namespace)
    .filter(({ labels }) => !selects(spec.selector, labels))
    .map(() => "spec.selector does not match its own pods");

const CHECKS: Record<string, Check> = {
  Deployment: (object, objects, templates) => [
    ...owns(object, objects, templates),
    ...released(object, objects),
  ],
  StatefulSet: owns,
  DaemonSet: owns,
  Service: service,
  PodDisruptionBudget: budget,
  HorizontalPodAutoscaler: autoscaler,
  NetworkPolicy: networkPolicy,
  ServiceMonitor: monitor,
  TargetGroupBinding: binding,
  Rollout: rollout,
};

function within(templates: Template[], selector: Selector, namespace?: string): Template[] {
  return templates.filter((one) => one.namespace === namespace && selects(selector, one.labels));
}

/** A Service's selector is a plain map of labels. */
function podsOf({ spec, metadata }: KubernetesObject, templates: Template[]): Template[] {
  return spec.selector ? within(templates, { matchLabels: spec.selector }, metadata.namespace) : [];
}

function service(object: KubernetesObject, _: KubernetesObject[], templates: Template[]): string[] {
  const pods = podsOf(object, templates);
  if (pods.length === 0) return ["spec.selector matches no pods"];
  const { ports } = object.spec as { ports: { port: number; targetPort?: number | string }[] };
  return ports
    .map(({ port, targetPort = port }) => targetPort)
    .filter((port) => !pods.every((pod) => hasPort(pod, port)))
    .map((port) => `targetPort ${port} is no port of its pods`);
}

/** The eviction of a pod with two budgets fails: https://kubernetes.io/docs/concepts/workloads/pods/disruptions/ */
function budget({ spec, metadata }: KubernetesObject, objects: KubernetesObject[], templates: Template[]) {
  const pods = within(templates, spec.selector, metadata.namespace);
  const budgets = ofKind(objects, "PodDisruptionBudget", metadata.namespace);
  const shared = pods.some(
    ({ labels }) => budgets.filter((other) => selects(other.spec.selector, labels)).length > 1,
  );
  return [
    ...(pods.length === 0 ? ["spec.selector matches no pods"] : []),
    ...(shared ? ["another budget has the same pods"] : []),
    ...((spec.minAvailable === undefined) === (spec.maxUnavailable === undefined)
      ? ["needs one of minAvailable and maxUnavailable"]
      : []),
  ];
}

function autoscaler(
  { spec, metadata }: KubernetesObject,
  objects: KubernetesObject[],
  templates: Template[],
) {
  const { apiVersion, kind, name } = spec.scaleTargetRef;
  const target = ofKind(objects, kind, metadata.namespace).find(
    (one) => one.metadata.name === name && one.apiVersion === apiVersion,
  );
  if (!target) return [`there is no ${kind} ${name} to scale`];
  const pods = within(templates, target.spec.selector, metadata.namespace);
  const shares = (spec.metrics ?? []).filter(
    (metric: { resource?: { target: { type: string } } }) => metric.resource?.target.type === "Utilization",
  );
  return [
    ...(pods.length === 0 ? [`${kind} ${name} has no pods`] : []),
    ...(spec.minReplicas > spec.maxReplicas ? ["minReplicas is above maxReplicas"] : []),
    ...shares
      .map((metric: { resource: { name: string } }) => metric.resource.name)
      .filter((resource: string) =>
        pods.some(({ containers }) => containers.some((one) => !one.resources?.requests?.[resource])),
      )
      .map((resource: string) => `scales by the share of ${resource} that a container doesn't request`),
  ];
}

interface Peer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
}

interface Traffic {
  from?: Peer[];
  to?: Peer[];
  ports?: { port?: number | string; protocol?: string }[];
}

function networkPolicy(
  { spec, metadata }: KubernetesObject,
  objects: KubernetesObject[],
  templates: Template[],
) {
  const own = within(templates, spec.podSelector, metadata.namespace);
  const ingress: Traffic[] = spec.ingress ?? [];
  const egress: Traffic[] = spec.egress ?? [];
  const peers = [...ingress.flatMap(({ from = [] }) => from), ...egress.flatMap(({ to = [] }) => to)];
  const found = (peer: Peer) => podsOfPeer(peer, metadata.namespace, objects, templates);
  const closed = (pods: Template[], { ports = [] }: Traffic) =>
    ports.filter(
      ({ port }) => port !== undefined && pods.length > 0 && !pods.some((pod) => hasPort(pod, port)),
    );
  return [
    ...(own.length === 0 ? ["spec.podSelector matches no pods"] : []),
    ...peers
      .filter((peer) => found(peer)?.length === 0)
      .map((peer) => `no pods are ${JSON.stringify(peer.podSelector)}`),
    ...ingress.flatMap((rule) => closed(own, rule).map(({ port }) => `its pods have no port ${port}`)),
    ...egress.flatMap((rule) => {
      const others = (rule.to ?? []).map(found);
      return closed(
        others.flatMap((pods) => pods ?? []),
        rule,
      ).map(({ port }) => `the pods it may call have no port ${port}`);
    }),
  ];
}

/** Undefined for addresses, whole namespaces, and pods of namespaces that the program doesn't make. */
function podsOfPeer(peer: Peer, own: string | undefined, objects: KubernetesObject[], templates: Template[]) {
  const { podSelector, namespaceSelector } = peer;
  if (!podSelector) return undefined;
  if (!namespaceSelector) return within(templates, podSelector, own);
  const namespaces = namespacesOf(objects, namespaceSelector);
  if (namespaces.length === 0) return undefined;
  return namespaces.flatMap((namespace) => within(templates, podSelector, namespace));
}

function monitor({ spec }: KubernetesObject, objects: KubernetesObject[], templates: Template[]): string[] {
  const services = (spec.namespaceSelector?.matchNames ?? []).flatMap((namespace: string) =>
    ofKind(objects, "Service", namespace).filter(({ metadata }) =>
      selects(spec.selector, metadata.labels ?? {}),
    ),
  ) as KubernetesObject[];
  if (services.length === 0) return ["spec.selector matches no Service"];
  const endpoints = spec.endpoints as { port?: string; targetPort?: string | number }[];
  return endpoints
    .filter(({ port, targetPort }) =>
      services.every((one) =>
        targetPort === undefined
          ? one.spec.ports.every(({ name }: { name?: string }) => name !== port)
          : !podsOf(one, templates).some((pod) => hasPort(pod, targetPort)),
      ),
    )
    .map(({ port, targetPort }) => `no Service that it watches has a port ${port ?? targetPort}`);
}

function binding({ spec, metadata }: KubernetesObject, objects: KubernetesObject[]): string[] {
  const { name, port } = spec.serviceRef;
  const target = ofKind(objects, "Service", metadata.namespace).find((one) => one.metadata.name === name);
  if (!target) return [`there is no Service ${name}`];
  const has = target.spec.ports.some((one: { name?: string; port: number }) =>
    [one.name, one.port].includes(port),
  );
  return has ? [] : [`Service ${name} has no port ${port}`];
}

/**
 * Who makes pods of a Deployment's template, by Kubernetes' and Argo Rollouts' rules: a Rollout that refers to it, if
 * the Deployment has none itself and nobody ever scales it up; and the label that each puts on the pods of one release.
 * https://argo-rollouts.readthedocs.io/en/stable/migrating/
 */
function released({ spec, metadata: { name, namespace } }: KubernetesObject, objects: KubernetesObject[]) {
  const refers = ({ spec: { workloadRef } }: KubernetesObject) => workloadRef?.name === name;
  const rollout = ofKind(objects, "Rollout", namespace).find(refers);
  const label = rollout ? "rollouts-pod-template-hash" : "pod-template-hash";
  const constraints: { matchLabelKeys?: string[] }[] = spec.template.spec.topologySpreadConstraints ?? [];
  const scaled = ofKind(objects, "HorizontalPodAutoscaler", namespace).some(
    ({ spec: { scaleTargetRef } }) => scaleTargetRef.kind === "Deployment" && scaleTargetRef.name === name,
  );
  const twice = rollout && (scaled || spec.replicas !== 0 || rollout.spec.workloadRef.scaleDown !== "never");
  return [
    ...(twice ? ["runs pods beside those of its Rollout"] : []),
    ...constraints
      .flatMap(({ matchLabelKeys = [] }) => matchLabelKeys)
      .filter((key) => key !== label)
      .map((key) => `spreads by ${key}, which no release of its pods has`),
  ];
}

/** Takes over a Deployment's pods, so that it must select them, and asks by templates that must be there. */
function rollout(
  { spec, metadata: { namespace } }: KubernetesObject,
  objects: KubernetesObject[],
  templates: Template[],
) {
  const { kind, name } = spec.workloadRef;
  const pods = templates.find(
    ({ owner }) =>
      owner.kind === kind && owner.metadata.name === name && owner.metadata.namespace === namespace,
  );
  const known = new Set(ofKind(objects, "AnalysisTemplate", namespace).map(({ metadata }) => metadata.name));
  const asked: { templateName: string }[] = spec.strategy.canary.analysis?.templates ?? [];
  return [
    ...(pods ? [] : [`there is no ${kind} ${name} to roll out`]),
    ...(pods && !selects(spec.selector, pods.labels) ? ["spec.selector does not match its own pods"] : []),
    ...asked
      .filter(({ templateName }) => !known.has(templateName))
      .map(({ templateName }) => `there is no AnalysisTemplate ${templateName}`),
  ];
}
