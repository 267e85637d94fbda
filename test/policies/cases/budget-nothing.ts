// refuse disruption-budgets | no drain of a node would ever end
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
  spec: { minAvailable: "100%", selector: { matchLabels: labels } },
});
