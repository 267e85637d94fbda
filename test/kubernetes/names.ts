import { called, type KubernetesObject } from "./objects.ts";

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const LABEL = /^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const RFC_1035 = /^(?=.{1,63}$)[a-z]([-a-z0-9]*[a-z0-9])?$/;
const PATH_SEGMENT = /^(?!\.{1,2}$)[^/%]+$/;
/** A Job's name is its pods' label; a CronJob adds eleven characters to its own. */
const JOB = /^(?=.{1,63}$)[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const CRON_JOB = /^(?=.{1,52}$)[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const QUALIFIED = /^(?=.{1,63}$)[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const LABEL_VALUE = /^(?=.{0,63}$)([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const ANNOTATIONS_BYTES = 256 * 1024;

const BY_KIND: Record<string, RegExp> = {
  Namespace: LABEL,
  Service: RFC_1035,
  StatefulSet: LABEL,
  Job: JOB,
  CronJob: CRON_JOB,
  Role: PATH_SEGMENT,
  RoleBinding: PATH_SEGMENT,
  ClusterRole: PATH_SEGMENT,
  ClusterRoleBinding: PATH_SEGMENT,
};

export const CLUSTER_WIDE = new Set([
  "ClusterIssuer",
  "Namespace",
  "PriorityClass",
  "ClusterRole",
  "ClusterRoleBinding",
  "StorageClass",
]);

/** Names, labels and annotations, at whatever depth an object has metadata or a selector. */
export function nameProblems(object: KubernetesObject): string[] {
  const { kind, metadata } = object;
  const problems: string[] = [];
  if (!(BY_KIND[kind] ?? SUBDOMAIN).test(metadata.name ?? ""))
    problems.push(`metadata.name ${metadata.name}`);
  if (CLUSTER_WIDE.has(kind) !== (metadata.namespace === undefined)) {
    problems.push(
      CLUSTER_WIDE.has(kind) ? "metadata.namespace of a kind without one" : "no metadata.namespace",
    );
  }
  if (metadata.namespace !== undefined && !LABEL.test(metadata.namespace)) {
    problems.push(`metadata.namespace ${metadata.namespace}`);
  }
  walk(object, (field, value) => {
    if (field === "labels" || field === "matchLabels") problems.push(...labelProblems(field, value));
    if (field === "annotations") problems.push(...annotationProblems(value));
  });
  return problems.map((problem) => `${called(object)}: ${problem}`);
}

/** A label's or an annotation's key: a name, after a DNS subdomain and a slash if it isn't private. */
function isKey(key: string): boolean {
  const [name = "", prefix, ...more] = key.split("/").reverse();
  return more.length === 0 && QUALIFIED.test(name) && (prefix === undefined || SUBDOMAIN.test(prefix));
}

function labelProblems(field: string, labels: object): string[] {
  return Object.entries(labels)
    .filter(([key, value]) => !isKey(key) || typeof value !== "string" || !LABEL_VALUE.test(value))
    .map(([key, value]) => `${field} ${key}=${value}`);
}

function annotationProblems(annotations: object): string[] {
  const bytes = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + key.length + Buffer.byteLength(String(value)),
    0,
  );
  return [
    ...Object.keys(annotations)
      .filter((key) => !isKey(key))
      .map((key) => `annotation ${key}`),
    ...(bytes > ANNOTATIONS_BYTES ? [`annotations of ${bytes} bytes`] : []),
  ];
}

/** The labels of Prometheus' rules keep to Prometheus' rules. */
function walk(value: unknown, visit: (field: string, value: object) => void): void {
  if (typeof value !== "object" || value === null || "expr" in value) return;
  for (const [field, inner] of Object.entries(value)) {
    if (typeof inner === "object" && inner !== null && !Array.isArray(inner)) visit(field, inner);
    walk(inner, visit);
  }
}
