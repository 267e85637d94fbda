import { items, type Pod, read, UNKNOWN, unset } from "./values.ts";

/** Groups whose objects describe pods and run none: rules of admission, and definitions of kinds. */
const RULES =
  /^kubernetes:(apiextensions\.k8s\.io|admissionregistration\.k8s\.io|([\w-]+\.)*kyverno\.io|([\w-]+\.)*gatekeeper\.sh|helm\.sh)\//;

/** A custom resource's type: its API group has a dot, as `argoproj.io`. */
const CUSTOM = /^kubernetes:[^/:]+\.[^/:]+\/[^:]+:/;

/** Lists of containers beside a pod's own: those of Tekton's tasks and Argo's workflows. */
const MORE_LISTS = ["steps", "sidecars"];
const HOST = ["hostNetwork", "hostPID", "hostIPC"];
/** One container instead of a list, as Argo's templates have. */
const SINGLE = ["container", "script"];

/**
 * The pods' specifications at any depth of a custom resource: wherever a list of containers stands, the templates of
 * workflows, which have one container each and the workflow's security context, and what is said of an operator's pods.
 */
export function templatesWithin(type: string, props: unknown): Pod[] {
  if (!CUSTOM.test(type) || RULES.test(type)) return [];
  return [...search(read(props, "spec"), "spec", undefined)];
}

function* search(value: unknown, path: string, inherited: unknown): Generator<Pod> {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const [index, item] of items(value).entries()) yield* search(item, `${path}[${index}]`, inherited);
    return;
  }
  const own = read(value, "securityContext");
  const context = unset(own) ? inherited : own;
  const taken = new Set<string>();
  if (isList(read(value, "containers"))) {
    taken.add("containers").add("initContainers").add("ephemeralContainers");
    yield { path, value, partial: false };
  } else {
    yield* settings(value, path);
  }
  const base = { hostNetwork: read(value, "hostNetwork"), volumes: read(value, "volumes") };
  const defaults = read(value, "stepTemplate", "securityContext");
  for (const key of [...SINGLE, ...MORE_LISTS]) {
    const given = read(value, key);
    const containers = isList(given)
      ? items(given)
      : SINGLE.includes(key) && isContainer(given)
        ? [given]
        : [];
    if (!containers.some(isContainer)) continue;
    taken.add(key);
    const pod = { ...base, securityContext: unset(defaults) ? context : defaults, containers };
    yield { path: `${path}.${key}`, value: pod, partial: false };
  }
  for (const key of Object.keys(value)) {
    if (!taken.has(key) && key !== "status") yield* search(read(value, key), `${path}.${key}`, context);
  }
}

/** What an object says of pods that its operator makes: their security context, and what they share with their node. */
function* settings(value: object, path: string): Generator<Pod> {
  const context = read(value, "securityContext");
  const host = HOST.filter((key) => read(value, key) === true).map((key) => [key, true]);
  const isContext = typeof context === "object" && context !== null;
  if (!isContext && host.length === 0) return;
  const containers = isContext ? [{ securityContext: context }] : [];
  yield { path, value: { ...Object.fromEntries(host), securityContext: context, containers }, partial: true };
}

function isList(value: unknown): boolean {
  return items(value).some((item) => item === UNKNOWN || (typeof item === "object" && item !== null));
}

function isContainer(value: unknown): boolean {
  return typeof read(value, "image") === "string" || read(value, "image") === UNKNOWN;
}
