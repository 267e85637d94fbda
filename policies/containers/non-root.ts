import {
  type Container,
  containersOf,
  display,
  items,
  LISTS,
  type Pod,
  podSpecs,
  read,
  resourceRule,
  securityContext,
  UNKNOWN,
  unset,
} from "../shared/index.ts";

/** No container runs as root: who breaks out of one would be root on the node. */
export const containersNonRoot = resourceRule({
  name: "containers-non-root",
  description: "Every container runs as a user other than root, and says so where Kubernetes enforces it.",
  severity: "critical",
  verdict: "may run as root",
  fix: "Set runAsNonRoot to true, a runAsUser above 0 unless the image has one, and no group to 0, in the securityContext of the pod or the container.",
  judge: ({ type, props }) => [
    ...podSpecs(type, props).flatMap(unreadable),
    ...containersOf(type, props).flatMap((container) => {
      if (container.value === UNKNOWN) return [`${container.where} is not known in a preview`];
      const nonRoot = securityContext(container, "runAsNonRoot");
      const user = securityContext(container, "runAsUser");
      const isSaid = nonRoot === true || (container.partial && unset(nonRoot));
      return [
        ...(isSaid ? [] : [`${container.where} has runAsNonRoot ${display(nonRoot)}`]),
        // Without a user id Kubernetes looks at the image's, and starts no container whose user is root.
        ...(unset(user) || (Number.isInteger(user) && Number(user) > 0)
          ? []
          : [`${container.where} has runAsUser ${display(user)}`]),
        ...groups(container),
      ];
    }),
  ],
});

/** The groups of a container: group 0 can write many files in images, and some of the node's. */
function groups(container: Container): string[] {
  const own = ["runAsGroup", "fsGroup"].map((key) => [key, securityContext(container, key)] as const);
  const more = items(securityContext(container, "supplementalGroups"));
  return [...own, ...more.map((group) => ["supplementalGroups with", group] as const)].flatMap(
    ([key, group]) =>
      group === 0 || group === "0" || group === UNKNOWN
        ? [`${container.where} has ${key} ${display(group)}`]
        : [],
  );
}

/** Why a pod's containers can't be read, so that no policy on containers could judge them. */
function unreadable({ path, value: spec, partial }: Pod): string[] {
  if (partial && spec === undefined) return [];
  if (spec === UNKNOWN || typeof spec !== "object" || spec === null) {
    return [`${path} is ${spec === UNKNOWN ? "not known in a preview" : "missing"}`];
  }
  const hidden = LISTS.filter((list) => read(spec, list) === UNKNOWN);
  if (hidden.length > 0) return hidden.map((list) => `${path}.${list} is not known in a preview`);
  return partial || Array.isArray(read(spec, "containers")) ? [] : [`${path}.containers is missing`];
}
