// accept pods-spread-over-zones | the pods of a service keep to zones of their own
import * as k8s from "@pulumi/kubernetes";

const labels = { app: "quorum" };
const apart = { topologyKey: "topology.kubernetes.io/zone", labelSelector: { matchLabels: labels } };
new k8s.apps.v1.StatefulSet("quorum", {
  spec: {
    serviceName: "quorum",
    replicas: 3,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [apart] } },
        containers: [{ name: "quorum" }],
      },
    },
  },
});
