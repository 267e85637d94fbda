import { items, read, unset } from "./known.ts";
import { podSpecs } from "./pod-specs.ts";

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
 * Every container of a resource that can be read. What can't (a list that a preview doesn't know, a specification
 * that is missing) is `containers-non-root`'s to refuse, once for all policies.
 */
export function containers(type: string, props: unknown): Container[] {
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

/** What holds for a container: its own word wins over its pod's, as Kubernetes has it. */
export function securityContext({ value, pod }: Container, key: string): unknown {
  const own = read(value, "securityContext", key);
  return unset(own) ? read(pod, "securityContext", key) : own;
}
