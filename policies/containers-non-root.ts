import { type Container, containers, LISTS, securityContext } from "./containers.ts";
import { items, read, said, UNKNOWN } from "./known.ts";
import { type Part, podSpecs } from "./pod-specs.ts";
import { resourceRule } from "./rule.ts";

/** No container runs as root: a way out of its sandbox must not end as root of the node. */
export const containersNonRoot = resourceRule({
  name: "containers-non-root",
  description: "Every container runs as a user other than root, and says so where Kubernetes enforces it.",
  severity: "critical",
  verdict: "may run as root",
  fix: "Set runAsNonRoot to true, runAsUser to a user id above 0, and no group to 0, in the securityContext of the pod or the container.",
  judge: ({ type, props }) => [
    ...podSpecs(type, props).flatMap(unreadable),
    ...containers(type, props).flatMap((container) => {
      if (container.value === UNKNOWN) return [`${container.where} is not known in a preview`];
      const nonRoot = securityContext(container, "runAsNonRoot");
      const user = securityContext(container, "runAsUser");
      return [
        ...(nonRoot === true ? [] : [`${container.where} has runAsNonRoot ${said(nonRoot)}`]),
        ...(Number.isInteger(user) && Number(user) > 0
          ? []
          : [`${container.where} has runAsUser ${said(user)}`]),
        ...groups(container),
      ];
    }),
  ],
});

/** Files of the group root are writable to it in many images, and so are some of the node's. */
function groups(container: Container): string[] {
  const own = ["runAsGroup", "fsGroup"].map((key) => [key, securityContext(container, key)] as const);
  const more = items(securityContext(container, "supplementalGroups"));
  return [...own, ...more.map((group) => ["supplementalGroups with", group] as const)].flatMap(
    ([key, group]) =>
      group === 0 || group === "0" || group === UNKNOWN
        ? [`${container.where} has ${key} ${said(group)}`]
        : [],
  );
}

/** What hides containers from all of the policies on containers. */
function unreadable({ path, value: spec }: Part): string[] {
  if (spec === UNKNOWN || typeof spec !== "object" || spec === null) {
    return [`${path} is ${spec === UNKNOWN ? "not known in a preview" : "missing"}`];
  }
  const hidden = LISTS.filter((list) => read(spec, list) === UNKNOWN);
  if (hidden.length > 0) return hidden.map((list) => `${path}.${list} is not known in a preview`);
  return Array.isArray(read(spec, "containers")) ? [] : [`${path}.containers is missing`];
}
