// refuse containers-non-root | a custom resource puts the pods that its operator makes under root
import * as k8s from "@pulumi/kubernetes";

new k8s.apiextensions.CustomResource("metrics", {
  apiVersion: "monitoring.coreos.com/v1",
  kind: "Prometheus",
  spec: { replicas: 3, securityContext: { runAsUser: 0, runAsNonRoot: false } },
});
