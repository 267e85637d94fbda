import { items, type Part, read, UNKNOWN, unset } from "./values.ts";

/** Groups whose objects describe pods and run none: rules of admission, and definitions of kinds. */
const RULES =
  /^kubernetes:(apiextensions\.k8s\.io|admissionregistration\.k8s\.io|([\w-]+\.)*kyverno\.io|([\w-]+\.)*gatekeeper\.sh|helm\.sh)\//;

/** A custom resource's type: its API group has a dot, as `argoproj.io`. */
const CUSTOM = /^kubernetes:[^/:]+\.[^/:]+\/[^:]+:/;

/** Lists of containers beside a pod's own: those of Tekton's tasks and Argo's workflows. */
const MORE_LISTS = ["steps", "sidecars"];
/** One container instead of a list, as Argo's templates have. */
const SINGLE = ["container", "script"];

/**
 * The pods' specifications at any depth of a custom resource: wherever a list of containers stands, and the templates of
 * workflows, which have one container each and the workflow's security context.
 */
export function templatesWithin(type: string, props: unknown): Part[] {
  if (!CUSTOM.test(type) || RULES.test(type)) return [];
  return [...search(read(props, "spec"), "spec", undefined)];
}

function* search(value: unknown, path: string, inherited: unknown): Generator<Part> {
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
    yield { path, value };
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
    yield { path: `${path}.${key}`, value: pod };
  }
  for (const key of Object.keys(value)) {
    if (!taken.has(key) && key !== "status") yield* search(read(value, key), `${path}.${key}`, context);
  }
}

function isList(value: unknown): boolean {
  return items(value).some((item) => item === UNKNOWN || (typeof item === "object" && item !== null));
}

function isContainer(value: unknown): boolean {
  return typeof read(value, "image") === "string" || read(value, "image") === UNKNOWN;
}
