// refuse pods-no-host-access | a parameter of the node's kernel
import * as k8s from "@pulumi/kubernetes";

new k8s.core.v1.Pod("tuner", {
  spec: {
    securityContext: { sysctls: [{ name: "net.core.somaxconn", value: "4096" }] },
    containers: [{ name: "tuner" }],
  },
});
