// refuse disruption-budgets | a drain may take all four at once
import * as k8s from "@pulumi/kubernetes";

const metadata = { namespace: "fx", name: "rates" };
const labels = { app: "rates" };
new k8s.apps.v1.Deployment("rates", {
  metadata,
  spec: {
    replicas: 4,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [] } },
  },
});
new k8s.policy.v1.PodDisruptionBudget("rates", {
  metadata,
  spec: { maxUnavailable: 4, selector: { matchLabels: labels } },
});
