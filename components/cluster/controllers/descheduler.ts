import type * as pulumi from "@pulumi/pulumi";
import { CONTAINER_SECURITY, POD_SECURITY } from "../../workload/index.ts";
import { type Chart, resources } from "./chart.ts";

/**
 * Evens the spread again: the scheduler only looks at pods when they start, so that after a zone comes back its
 * share stays in the other two until something evicts them, each service as fast as its disruption budget lets it.
 *
 * @param namespace whose pods are moved; nothing else is touched
 */
export function descheduler(namespace: pulumi.Input<string>): Chart {
  const namespaces = { include: [namespace] };
  return {
    name: "descheduler",
    repo: "https://kubernetes-sigs.github.io/descheduler",
    version: "0.36.0",
    values: {
      kind: "Deployment",
      // With the pods' age below, and a quarter of a minute for each new pod, even again two minutes after a heal.
      deschedulingInterval: "15s",
      replicas: 2,
      leaderElection: { enabled: true },
      deschedulerPolicy: {
        profiles: [
          {
            name: "even-zones",
            pluginConfig: [
              {
                name: "DefaultEvictor",
                args: {
                  nodeFit: true,
                  minReplicas: 3,
                  // A pod that came to the other zones just before the heal may go back at once, but not again and again.
                  minPodAge: "30s",
                  // An emptyDir holds nothing here that a new pod would miss.
                  podProtections: { defaultDisabled: ["PodsWithLocalStorage"] },
                },
              },
              {
                name: "RemovePodsViolatingTopologySpreadConstraint",
                args: {
                  namespaces,
                  constraints: ["DoNotSchedule", "ScheduleAnyway"],
                  topologyBalanceNodeFit: true,
                },
              },
            ],
            plugins: { balance: { enabled: ["RemovePodsViolatingTopologySpreadConstraint"] } },
          },
        ],
      },
      resources: resources("50m", "128Mi"),
      podSecurityContext: POD_SECURITY,
      securityContext: CONTAINER_SECURITY,
    },
  };
}
