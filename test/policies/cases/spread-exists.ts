// accept pods-spread-over-zones | the constraint asks only that there is a label
import * as k8s from "@pulumi/kubernetes";

const labels = { "bank.example/service": "rates" };
new k8s.apps.v1.StatefulSet("rates", {
  spec: {
    serviceName: "rates",
    replicas: 3,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        containers: [{ name: "rates" }],
        topologySpreadConstraints: [
          {
            ...{ topologyKey: "topology.kubernetes.io/zone", maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" },
            labelSelector: { matchExpressions: [{ key: "bank.example/service", operator: "Exists" }] },
          },
        ],
      },
    },
  },
});
