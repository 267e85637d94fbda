// refuse secrets-as-files | the value of --client-secret is the next word
import * as k8s from "@pulumi/kubernetes";

new k8s.core.v1.Pod("sync", {
  spec: {
    containers: [
      { name: "sync", command: ["sync"], args: ["--client-id", "sync", "--client-secret", "horse-battery"] },
    ],
  },
});
