import { parseAllDocuments } from "yaml";
import { entries, items, type Part, read } from "./values.ts";

const CHART = /^kubernetes:helm\.sh\/v\d:(Release|Chart)$/;
/** Custom resources with which a controller in the cluster installs charts, and where their values are. */
const INSTALLED: [RegExp, string[]][] = [
  [/^kubernetes:helm\.toolkit\.fluxcd\.io\/[^:]+:HelmRelease$/, ["spec", "values"]],
  [/^kubernetes:argoproj\.io\/[^:]+:Application$/, ["spec", "source", "helm", "valuesObject"]],
  [/^kubernetes:argoproj\.io\/[^:]+:Application$/, ["spec", "source", "helm", "values"]],
  [/^kubernetes:helm\.cattle\.io\/[^:]+:HelmChart$/, ["spec", "valuesContent"]],
];

/** The values that a resource gives to a chart, as objects; none where it installs no chart. */
export function chartValues(type: string, props: unknown): Part[] {
  const paths = CHART.test(type)
    ? [["values"]]
    : INSTALLED.flatMap(([of, path]) => (of.test(type) ? [path] : []));
  return paths.flatMap((path) => {
    const value = read(props, ...path);
    const values = typeof value === "string" ? parsed(value) : value;
    return typeof values === "object" && values !== null ? [{ path: path.join("."), value: values }] : [];
  });
}

function parsed(text: string): unknown {
  const documents = parseAllDocuments(text);
  const [first] = Array.isArray(documents) ? documents : [];
  return first && first.errors.length === 0 ? first.toJS() : undefined;
}

const CONTEXT = /securityContext$/i;
const HOST: Record<string, string> = { hostNetwork: "hostNetwork", hostPID: "hostPID", hostIPC: "hostIPC" };
const GROUPS = new Set(["runAsGroup", "fsGroup", "supplementalGroups"]);
const OPEN: [string, unknown[]][] = [
  ["privileged", [true]],
  ["runAsUser", [0, "0"]],
  ["runAsNonRoot", [false]],
  ["allowPrivilegeEscalation", [true]],
];
const CONTAINERS = /(containers|sidecars)$/i;
const ENVIRONMENT = /env(ironment)?(vars?|variables)?$/i;

/** What agents on a node read there, and nothing else: its pods' logs. */
const LOGS = /^\/var\/(log|lib\/docker\/containers)(\/|$)/;

/**
 * What a chart's values say of its pods, as pods that say no more than that. Charts name their values as they like, but
 * call what goes into a pod as Kubernetes does: a `securityContext`, `hostNetwork`, a list of containers or of variables.
 * A chart's group isn't judged: the log files of a node are readable to group 0 alone.
 */
export function podsOfValues(type: string, props: unknown): Part[] {
  return chartValues(type, props).flatMap(({ path, value }) => [...search(value, path)]);
}

function* search(value: unknown, path: string): Generator<Part> {
  if (typeof value !== "object" || value === null || read(value, "enabled") === false) return;
  if (Array.isArray(value)) {
    for (const [index, item] of items(value).entries()) yield* search(item, `${path}[${index}]`);
    return;
  }
  const hostPath = read(value, "hostPath");
  if (typeof hostPath === "object" && !LOGS.test(String(read(hostPath, "path")))) {
    yield { path, value: { volumes: [{ hostPath }] } };
  }
  for (const key of Object.keys(value)) {
    const [item, at] = [read(value, key), `${path}.${key}`];
    const pod = podOf(key, item);
    if (pod) yield { path: at, value: pod };
    else yield* search(item, at);
  }
}

/** What a value means for a pod, by its key; undefined where it means nothing by itself. */
function podOf(key: string, value: unknown): object | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (CONTEXT.test(key) && isObject) {
    if (read(value, "enabled") === false) return undefined;
    const settings = Object.fromEntries(entries(value).filter(([name]) => !GROUPS.has(name)));
    return { securityContext: settings, containers: [{ securityContext: settings }] };
  }
  const host = HOST[key];
  if (host) return value === true || read(value, "enabled") === true ? { [host]: true } : undefined;
  // Outside of a security context a chart passes it on to one.
  const isOpen = OPEN.some(([name, values]) => name === key && values.includes(value));
  if (isOpen) return { containers: [{ securityContext: { [key]: value } }] };
  if (key === "hostPort")
    return Number(value) > 0 ? { containers: [{ ports: [{ hostPort: value }] }] } : undefined;
  const listed = items(value);
  if (CONTAINERS.test(key) && listed.some((item) => typeof read(item, "name") === "string"))
    return { containers: value };
  if (ENVIRONMENT.test(key) && listed.some((item) => typeof read(item, "name") === "string")) {
    return { containers: [{ env: value }] };
  }
  return undefined;
}
