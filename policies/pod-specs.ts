import { read, UNKNOWN } from "./known.ts";

/** Where each kind keeps the specification of its pods. */
const POD_SPEC: Record<string, string[]> = {
  Pod: ["spec"],
  PodTemplate: ["template", "spec"],
  Deployment: ["spec", "template", "spec"],
  StatefulSet: ["spec", "template", "spec"],
  DaemonSet: ["spec", "template", "spec"],
  ReplicaSet: ["spec", "template", "spec"],
  ReplicationController: ["spec", "template", "spec"],
  Job: ["spec", "template", "spec"],
  CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
};

const TYPE = /^kubernetes:(?:core|apps|batch|extensions)\/[^:]+:([A-Za-z]+?)(List)?$/;

export interface PodSpec {
  path: string;
  /** `UNKNOWN` or undefined where it can't be read. */
  value: unknown;
}

/** The pod specifications that a Kubernetes resource holds; none for what runs no pods. */
export function podSpecs(type: string, props: unknown): PodSpec[] {
  const [, kind = "", list] = TYPE.exec(type) ?? [];
  const path = POD_SPEC[kind];
  if (!path) return [];
  if (!list) return [{ path: path.join("."), value: read(props, ...path) }];
  const items = read(props, "items");
  if (!Array.isArray(items)) return [{ path: "items", value: items === UNKNOWN ? UNKNOWN : undefined }];
  return Array.from({ length: items.length }, (_, index) => ({
    path: `items[${index}].${path.join(".")}`,
    value: read(items, index, ...path),
  }));
}
