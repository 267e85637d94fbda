import { type Chart, overZones, resources } from "./chart.ts";

const NAME = "argo-rollouts";

/** Moves traffic to a new version step by step, and back when its analysis fails. */
export function rollouts(): Chart {
  return {
    name: NAME,
    repo: "https://argoproj.github.io/argo-helm",
    version: "2.41.0",
    values: {
      fullnameOverride: NAME,
      controller: {
        replicas: 2,
        topologySpreadConstraints: overZones(NAME),
        pdb: { enabled: true, maxUnavailable: 1 },
        metrics: { enabled: true },
        resources: resources("50m", "128Mi", "512Mi"),
      },
      dashboard: { enabled: false },
      podSecurityContext: { runAsNonRoot: true, runAsUser: 999, seccompProfile: { type: "RuntimeDefault" } },
      containerSecurityContext: {
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
      },
    },
  };
}
