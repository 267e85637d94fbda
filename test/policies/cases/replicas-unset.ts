// refuse pods-spread-over-zones | one replica, because nobody says how many
import * as k8s from "@pulumi/kubernetes";

const labels = { app: "rates" };
new k8s.apps.v1.Deployment("rates", {
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
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
