// accept * | a chart whose values name what others keep secret
import * as k8s from "@pulumi/kubernetes";

new k8s.helm.v3.Release("cache", {
  chart: "valkey",
  version: "2.4.1",
  values: {
    auth: { existingSecret: "cache-auth", existingSecretPasswordKey: "password" },
    podSecurityContext: { runAsNonRoot: true, fsGroup: 1001 },
    primary: { extraVolumes: [{ name: "scratch", emptyDir: {} }] },
    hostNetwork: false,
  },
});
