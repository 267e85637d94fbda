import { containersOf, isPlaceholder, podKind, read, resourceRule, UNKNOWN, unset } from "../shared/index.ts";

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
      .filter(({ list, partial }) => list !== "ephemeralContainers" && !partial)
      .flatMap(({ where, value }) =>
        NEEDED.flatMap(([kind, resource]) => {
          const amount = read(value, "resources", kind, resource);
          return unset(amount) || amount === UNKNOWN ? [`${where} has no resources.${kind}.${resource}`] : [];
        }),
      ),
});

const PROBES = ["startupProbe", "livenessProbe", "readinessProbe"];

/** The kinds whose pods run until they are stopped. */
const SERVING = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
  "Rollout",
]);

/** A pod that isn't ready gets no traffic, and one that hangs is restarted. */
export const containersProbes = resourceRule({
  name: "containers-probes",
  description: "Every container that serves has startup, liveness and readiness probes.",
  severity: "high",
  verdict: "would not be missed when it no longer serves",
  fix: "Give the container a startupProbe, a livenessProbe and a readinessProbe.",
  judge: ({ type, props }) => {
    if (!SERVING.has(podKind(type) ?? "")) return [];
    return containersOf(type, props)
      .filter(({ list, value, partial }) => !partial && list === "containers" && !isPlaceholder(value))
      .flatMap(({ where, value }) =>
        PROBES.filter((probe) => unset(read(value, probe)) || read(value, probe) === UNKNOWN).map(
          (probe) => `${where} has no ${probe}`,
        ),
      );
  },
});
