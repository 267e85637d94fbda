// accept * | a patch of an annotation of somebody else's Deployment
import * as k8s from "@pulumi/kubernetes";

new k8s.apps.v1.DeploymentPatch("dns", {
  metadata: { name: "coredns", namespace: "kube-system" },
  spec: { template: { metadata: { annotations: { "bank.example/restarted": "1" } } } },
});
