import { containersOf, podKind, read, resourceRule, UNKNOWN, unset } from "../shared/index.ts";

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

/** Kubernetes' own placeholder image, which reserves room on a node, serves nothing and answers no probe. */
const PLACEHOLDER = /(^|\/)pause[:@]/;

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
      .filter(({ list, value }) => list === "containers" && !isPlaceholder(read(value, "image")))
      .flatMap(({ where, value }) =>
        PROBES.filter((probe) => unset(read(value, probe)) || read(value, probe) === UNKNOWN).map(
          (probe) => `${where} has no ${probe}`,
        ),
      );
  },
});

function isPlaceholder(image: unknown): boolean {
  return typeof image === "string" && PLACEHOLDER.test(image);
}
