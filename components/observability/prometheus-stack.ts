import type * as pulumi from "@pulumi/pulumi";
import { type Chart, overZones, resources } from "../cluster/index.ts";
import { CONTAINER_SECURITY } from "../workload/index.ts";

export interface StackArgs {
  region: string;
  namespace: pulumi.Input<string>;
  clusterName: pulumi.Input<string>;
  /** URL that samples are written to, besides. */
  remoteWriteUrl: pulumi.Input<string>;
  /** Alertmanager's configuration. */
  alertmanager: object;
}

/** Users that the images' files belong to. */
const asUser = (runAsUser: number, fsGroup = runAsUser) => ({
  runAsNonRoot: true,
  runAsUser,
  runAsGroup: fsGroup,
  fsGroup,
  seccompProfile: { type: "RuntimeDefault" },
});

const { runAsUser: _, ...CONTAINER } = CONTAINER_SECURITY;

/** The error budget's longest window, and a day to look back. */
const RETENTION = "4d";

/**
 * Prometheus, Alertmanager and Grafana. Samples lie on the nodes for as long as rules look back, twice and in two
 * zones; beyond that they are Amazon Managed Prometheus's.
 */
export function prometheusStack(args: StackArgs): Chart {
  const { region, namespace, clusterName, remoteWriteUrl } = args;
  return {
    name: "kube-prometheus-stack",
    repo: "https://prometheus-community.github.io/helm-charts",
    // Prometheus operator 0.93.
    version: "88.5.3",
    namespace,
    values: {
      fullnameOverride: "monitoring",
      // EKS runs these itself, where nothing can scrape them.
      ...{ kubeControllerManager: OFF, kubeScheduler: OFF, kubeEtcd: OFF, kubeProxy: OFF },
      prometheus: {
        serviceAccount: { name: "prometheus" },
        podDisruptionBudget: { enabled: true, minAvailable: 1 },
        prometheusSpec: {
          ...ANY_MONITOR,
          replicas: 2,
          // Managed Prometheus keeps one of two samples whose labels differ in this one alone.
          replicaExternalLabelName: "__replica__",
          externalLabels: { cluster: clusterName },
          ...oneAZone,
          retention: RETENTION,
          retentionSize: "15GB",
          remoteWrite: [{ url: remoteWriteUrl, sigv4: { region }, queueConfig: QUEUE }],
          resources: resources("500m", "2Gi", "4Gi"),
          securityContext: asUser(1000, 2000),
        },
      },
      alertmanager: {
        serviceAccount: { name: "alertmanager" },
        podDisruptionBudget: { enabled: true, minAvailable: 1 },
        config: args.alertmanager,
        alertmanagerSpec: {
          replicas: 3,
          ...oneAZone,
          resources: resources("20m", "64Mi", "128Mi"),
          securityContext: asUser(1000, 2000),
        },
      },
      prometheusOperator: {
        resources: resources("50m", "128Mi", "256Mi"),
        securityContext: asUser(65_534),
      },
      grafana: grafana(),
      "kube-state-metrics": {
        resources: resources("20m", "128Mi", "256Mi"),
        securityContext: { enabled: true, ...asUser(65_534) },
      },
      "prometheus-node-exporter": {
        // It looks at the whole node, which a restricted namespace forbids.
        namespaceOverride: "kube-system",
        resources: resources("20m", "32Mi", "64Mi"),
        securityContext: asUser(65_534),
      },
    },
  };
}

const OFF = { enabled: false };

/** Monitors and rules of any namespace, with or without this release's label. */
const ANY_MONITOR = {
  serviceMonitorSelectorNilUsesHelmValues: false,
  podMonitorSelectorNilUsesHelmValues: false,
  ruleSelectorNilUsesHelmValues: false,
};

const oneAZone = { podAntiAffinity: "hard", podAntiAffinityTopologyKey: "topology.kubernetes.io/zone" };

const QUEUE = { capacity: 10_000, maxSamplesPerSend: 1000, maxShards: 50 };

/** Its administrator's password is made by the chart, and lies in its Secret; nothing leads in from outside. */
function grafana() {
  return {
    testFramework: OFF,
    initChownData: OFF,
    topologySpreadConstraints: overZones("grafana"),
    resources: resources("50m", "256Mi", "512Mi"),
    securityContext: asUser(472),
    containerSecurityContext: CONTAINER,
    sidecar: { securityContext: CONTAINER, dashboards: { searchNamespace: "ALL" } },
    "grafana.ini": {
      analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
      users: { allow_sign_up: false },
    },
  };
}
