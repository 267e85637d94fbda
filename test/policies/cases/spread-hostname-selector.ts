// refuse pods-spread-over-zones | a node selector of one host
import * as k8s from "@pulumi/kubernetes";

const labels = { app: "rates" };
new k8s.apps.v1.Deployment("rates", {
  spec: {
    replicas: 3,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        nodeSelector: { "kubernetes.io/hostname": "ip-10-0-1-7" },
        containers: [{ name: "rates" }],
        topologySpreadConstraints: [
          {
            ...{ topologyKey: "topology.kubernetes.io/zone", maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
            labelSelector: { matchLabels: labels },
          },
        ],
      },
    },
  },
});
