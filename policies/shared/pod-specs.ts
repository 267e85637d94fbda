import { partsOfAws } from "./aws-containers.ts";
import { podsOfValues } from "./chart-values.ts";
import { templatesWithin } from "./custom-pods.ts";
import { items, type Part, type Pod, read, UNKNOWN, unset } from "./values.ts";

/** The lists of containers in a pod's specification. */
export const LISTS = ["initContainers", "containers", "ephemeralContainers"] as const;

export interface Container {
  list: (typeof LISTS)[number];
  /** Where it is and its name: `spec.containers[0] "main"`. */
  where: string;
  value: unknown;
  /** The pod's specification that it is in. */
  pod: unknown;
  /** Whether only what it sets is to be judged. */
  partial: boolean;
}

/**
 * Every container of a resource that can be read. Containers that can't be (the list is unknown in a preview, the
 * specification is missing) are refused by `containers-non-root`, once for all policies.
 */
export function containersOf(type: string, props: unknown): Container[] {
  return podSpecs(type, props).flatMap(({ path, value: pod, partial }) =>
    LISTS.flatMap((list) =>
      items(read(pod, list)).map((value, index) => {
        const name = read(value, "name");
        const at = path === "" ? `${list}[${index}]` : `${path}.${list}[${index}]`;
        const where = typeof name === "string" ? `${at} "${name}"` : at;
        return { list, pod, value, where, partial: partial || isPartial(type, value) };
      }),
    ),
  );
}

/** A custom resource's container without an image completes one that its operator makes. */
function isPartial(type: string, container: unknown): boolean {
  return podKind(type) === undefined && read(container, "image") === undefined && container !== UNKNOWN;
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

/** The kind of a Kubernetes resource that runs pods, `Deployment` for a `DeploymentList` too; else undefined. */
export function podKind(type: string): string | undefined {
  const kind = TYPE.exec(type)?.[1];
  return kind !== undefined && kind in TEMPLATE ? kind : undefined;
}

/** Whether a resource changes an object that somebody else made, and says only what it changes. */
export function isPatch(type: string): boolean {
  return /^kubernetes:.*[a-z]Patch$/.test(type);
}

/** The objects that run pods: the resource, or the items of a list of them. */
export function podOwners(type: string, props: unknown): Part[] {
  const form = TYPE.exec(type)?.[2];
  if (podKind(type) === undefined) return [];
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

/** The pods' specifications of a resource, wherever it has some; none where it runs no pods. */
export function podSpecs(type: string, props: unknown): Pod[] {
  const partial = isPatch(type);
  const kind = podKind(type);
  if (kind !== undefined) {
    const path = [...(TEMPLATE[kind] ?? []), "spec"];
    return podOwners(type, props).map((owner) => ({ ...below(owner, path), partial }));
  }
  return [
    ...templatesWithin(type, props).map((found) => ({ ...found, partial: partial || found.partial })),
    ...podsOfValues(type, props).map((found) => ({ ...found, partial: true })),
    ...partsOfAws(type, props).map((found) => ({ ...found, partial: true })),
  ];
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

/** Kubernetes' own placeholder image, which reserves room on a node, serves nothing and answers no probe. */
const PLACEHOLDER = /(^|\/)pause[:@]/;

/** Whether a container does nothing but keep room, so that it may be lost at any time. */
export function isPlaceholder(container: unknown): boolean {
  const image = read(container, "image");
  return typeof image === "string" && PLACEHOLDER.test(image);
}
