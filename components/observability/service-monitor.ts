import type * as pulumi from "@pulumi/pulumi";

/**
 * What Prometheus asks the platform's pods, every 5 seconds: their admin port, which no Service leads to, so that it
 * is named by the pods' port. What they say of themselves (service, zone, pod) wins over what Prometheus would add.
 *
 * @param own namespace of the monitor
 * @param namespace of the pods
 */
export function serviceMonitor(name: string, own: string, namespace: pulumi.Input<string>) {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: { name, namespace: own },
    spec: {
      namespaceSelector: { matchNames: [namespace] },
      selector: { matchLabels: { "app.kubernetes.io/part-of": "trizone" } },
      endpoints: [
        {
          targetPort: "admin",
          path: "/metrics",
          interval: "5s",
          scrapeTimeout: "4s",
          honorLabels: true,
          relabelings: [
            // `up` is Prometheus's own word, and needs its zone all the same.
            {
              sourceLabels: ["__meta_kubernetes_pod_label_topology_kubernetes_io_zone"],
              targetLabel: "zone",
            },
          ],
        },
      ],
    },
  };
}
