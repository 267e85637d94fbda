import { type KubernetesObject, ofKind } from "./objects.ts";

type Labels = Record<string, string>;

/** A container as far as the checks read it. */
export interface Container {
  name: string;
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  resources?: { requests?: Labels; limits?: Labels };
  volumeMounts?: { name: string; mountPath: string }[];
  // biome-ignore lint/suspicious/noExplicitAny: the schemas judge what is in it, before anything else reads it
  [field: string]: any;
}

/** The pods that an object makes. */
export interface Template {
  owner: KubernetesObject;
  namespace?: string;
  labels: Labels;
  // biome-ignore lint/suspicious/noExplicitAny: the schemas judge what is in it, before anything else reads it
  spec: any;
  containers: Container[];
  initContainers: Container[];
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements */
export interface Selector {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

const KINDS = new Set(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"]);

/** The pod templates of all that makes pods; a Rollout's are its Deployment's. */
export function templatesOf(objects: KubernetesObject[]): Template[] {
  return objects.flatMap((owner) => {
    const made = KINDS.has(owner.kind)
      ? owner.spec.template
      : owner.kind === "CronJob" && owner.spec.jobTemplate.spec.template;
    if (!made) return [];
    const { containers, initContainers = [] } = made.spec;
    const labels = made.metadata?.labels ?? {};
    return [
      { owner, namespace: owner.metadata.namespace, labels, spec: made.spec, containers, initContainers },
    ];
  });
}

/** Whether the labels are among those that are selected; an empty selector takes all. */
export function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      const among = value !== undefined && values.includes(value);
      return operator === "In" ? among : !among;
    })
  );
}

/** The namespaces of the objects that a selector takes, by the name that Kubernetes labels each with too. */
export function namespacesOf(objects: KubernetesObject[], selector: Selector): string[] {
  return ofKind(objects, "Namespace")
    .filter(({ metadata: { name, labels } }) =>
      selects(selector, { ...labels, "kubernetes.io/metadata.name": name }),
    )
    .map(({ metadata }) => metadata.name);
}

/** Whether a container listens on the port that is named, or numbered. */
export function hasPort({ containers, initContainers }: Template, port: string | number): boolean {
  return [...containers, ...initContainers].some(({ ports = [] }) =>
    ports.some(({ name, containerPort }) => (typeof port === "number" ? containerPort : name) === port),
  );
}
