// refuse pods-no-host-access | YAML in a group of manifests
import * as k8s from "@pulumi/kubernetes";

new k8s.yaml.v2.ConfigGroup("agent", {
  yaml: `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: agent }
spec: { template: { spec: { hostPID: true, containers: [] } } }
`,
});
