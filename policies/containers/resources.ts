import { containersOf, read, resourceRule, UNKNOWN, unset } from "../shared/index.ts";

const NEEDED = [
  ["requests", "cpu"],
  ["requests", "memory"],
  ["limits", "memory"],
] as const;

/** Requests let the scheduler find room when a zone's pods move to the others; a limit ends a leak's own container. */
export const containersResources = resourceRule({
  name: "containers-resources",
  description: "Every container requests CPU and memory, and has a memory limit.",
  severity: "medium",
  verdict: "takes from its node what nobody set aside",
  fix: "Give the container's resources requests of cpu and memory, and a limit of memory; no limit of cpu, which would only slow it down.",
  judge: ({ type, props }) =>
    containersOf(type, props)
      // Kubernetes lets ephemeral containers have none.
      .filter(({ list }) => list !== "ephemeralContainers")
      .flatMap(({ where, value }) =>
        NEEDED.flatMap(([kind, resource]) => {
          const amount = read(value, "resources", kind, resource);
          return unset(amount) || amount === UNKNOWN ? [`${where} has no resources.${kind}.${resource}`] : [];
        }),
      ),
});
