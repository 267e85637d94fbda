import { items, read, UNKNOWN, unset } from "./values.ts";

/** The lists of containers in a pod's specification. */
export const LISTS = ["initContainers", "containers", "ephemeralContainers"] as const;

export interface Container {
  list: (typeof LISTS)[number];
  /** Where it is and its name: `spec.containers[0] "main"`. */
  where: string;
  value: unknown;
  /** The pod's specification that it is in. */
  pod: unknown;
}

/**
 * Every container of a resource that can be read. Containers that can't be (the list is unknown in a preview, the
 * specification is missing) are refused by `containers-non-root`, once for all policies.
 */
export function containersOf(type: string, props: unknown): Container[] {
  return podSpecs(type, props).flatMap(({ path, value: pod }) =>
    LISTS.flatMap((list) =>
      items(read(pod, list)).map((value, index) => {
        const name = read(value, "name");
        const at = `${path}.${list}[${index}]`;
        return { list, pod, value, where: typeof name === "string" ? `${at} "${name}"` : at };
      }),
    ),
  );
}

/** A setting of a container's security context, else of its pod's, as Kubernetes applies them. */
export function securityContext({ value, pod }: Container, key: string): unknown {
  const own = read(value, "securityContext", key);
  return unset(own) ? read(pod, "securityContext", key) : own;
}

/** The path of the pod template in each kind of object; a Pod has none. */
const TEMPLATE: Record<string, string[]> = {
  Pod: [],
  PodTemplate: ["template"],
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  ReplicationController: ["spec", "template"],
  Rollout: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

const TYPE = /^kubernetes:(?:core|apps|batch|extensions|argoproj\.io)\/[^:]+:([A-Za-z]+?)(List|Patch)?$/;

/** A value in a resource, and its path there. */
export interface Part {
  path: string;
  /** `UNKNOWN` or undefined where it can't be read. */
  value: unknown;
}

/** The kind of a Kubernetes resource that runs pods, `Deployment` for a `DeploymentList` too; else undefined. */
export function podKind(type: string): string | undefined {
  const kind = TYPE.exec(type)?.[1];
  return kind !== undefined && kind in TEMPLATE ? kind : undefined;
}

/** The objects that run pods: the resource, or the items of a list of them. */
export function podOwners(type: string, props: unknown): Part[] {
  const [, kind = "", form] = TYPE.exec(type) ?? [];
  if (!(kind in TEMPLATE)) return [];
  if (form !== "List") return [{ path: "", value: props }].filter(({ value }) => !refersElsewhere(value));
  const list = read(props, "items");
  if (!Array.isArray(list)) return [{ path: "items", value: list === UNKNOWN ? UNKNOWN : undefined }];
  return items(list).map((value, index) => ({ path: `items[${index}].`, value }));
}

/** The pod templates (labels and specification) of a Kubernetes resource; none where it runs no pods. */
export function podTemplates(type: string, props: unknown): Part[] {
  const path = TEMPLATE[podKind(type) ?? ""] ?? [];
  return podOwners(type, props).map((owner) => below(owner, path));
}

/** The pod specifications of a Kubernetes resource; none where it runs no pods. */
export function podSpecs(type: string, props: unknown): Part[] {
  const path = [...(TEMPLATE[podKind(type) ?? ""] ?? []), "spec"];
  return podOwners(type, props).map((owner) => below(owner, path));
}

function below(owner: Part, path: string[]): Part {
  if (owner.path === "items") return owner;
  const value = owner.value === UNKNOWN ? UNKNOWN : read(owner.value, ...path);
  return { path: owner.path + path.join("."), value };
}

/** Whether a Rollout takes its pods from a Deployment, which is judged itself. */
function refersElsewhere(owner: unknown): boolean {
  return read(owner, "spec", "workloadRef") !== undefined && read(owner, "spec", "template") === undefined;
}
