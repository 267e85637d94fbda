// refuse pods-no-host-access | a local volume that is the node's own folder
import * as k8s from "@pulumi/kubernetes";

new k8s.core.v1.PersistentVolume("logs", {
  spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], local: { path: "/var/lib/kubelet" } },
});
