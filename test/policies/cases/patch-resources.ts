// accept * | a patch of the memory of a container that another team declares
import * as k8s from "@pulumi/kubernetes";

const resources = { requests: { memory: "128Mi" } };
new k8s.apps.v1.DaemonSetPatch("node", {
  metadata: { name: "ebs-csi-node", namespace: "kube-system" },
  spec: { template: { spec: { containers: [{ name: "ebs-plugin", resources }] } } },
});
