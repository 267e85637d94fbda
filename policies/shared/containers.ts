import { podSpecs } from "./pod-specs.ts";
import { items, read, unset } from "./values.ts";

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
