import type * as pulumi from "@pulumi/pulumi";
import { CONTAINER_SECURITY, POD_SECURITY } from "../../workload/index.ts";
import { type Chart, resources } from "./chart.ts";

/**
 * Evens the spread again: the scheduler only looks at pods when they start, so that after a zone comes back its
 * share stays in the other two until something evicts them, a few at a time and within their disruption budgets.
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
      deschedulingInterval: "1m",
      replicas: 2,
      leaderElection: { enabled: true },
      deschedulerPolicy: {
        maxNoOfPodsToEvictPerNamespace: 3,
        profiles: [
          {
            name: "even-zones",
            pluginConfig: [
              {
                name: "DefaultEvictor",
                args: {
                  nodeFit: true,
                  minReplicas: 3,
                  minPodAge: "2m",
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
