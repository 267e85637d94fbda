// refuse containers-non-root | a release's values put its pods under root
import * as k8s from "@pulumi/kubernetes";

new k8s.helm.v3.Release("agent", {
  chart: "agent",
  version: "1.2.3",
  values: { controller: { containerSecurityContext: { runAsUser: 0 } } },
});
