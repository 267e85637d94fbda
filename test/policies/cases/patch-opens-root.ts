// refuse containers-non-root | a patch that puts a container under root
import * as k8s from "@pulumi/kubernetes";

new k8s.apps.v1.DeploymentPatch("dns", {
  metadata: { name: "coredns", namespace: "kube-system" },
  spec: {
    template: { spec: { containers: [{ name: "coredns", securityContext: { runAsNonRoot: false } }] } },
  },
});
