import { containers } from "./containers.ts";
import { read, UNKNOWN, unset } from "./known.ts";
import { podKind } from "./pod-specs.ts";
import { resourceRule } from "./rule.ts";

const PROBES = ["startupProbe", "livenessProbe", "readinessProbe"];

/** The kinds whose pods run until they are told to end. */
const SERVING = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
  "Rollout",
]);

/** Kubernetes' own placeholder holds a place on a node: it serves nothing and has nothing to ask. */
const PLACEHOLDER = /(^|\/)pause[:@]/;

/** A pod that can't serve gets no traffic, and one that never will again is replaced. */
export const containersProbes = resourceRule({
  name: "containers-probes",
  description: "Every container that serves has startup, liveness and readiness probes.",
  severity: "high",
  verdict: "would not be missed when it no longer serves",
  fix: "Give the container a startupProbe, a livenessProbe and a readinessProbe.",
  judge: ({ type, props }) => {
    if (!SERVING.has(podKind(type) ?? "")) return [];
    return containers(type, props)
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
