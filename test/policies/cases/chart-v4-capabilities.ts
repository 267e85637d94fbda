// refuse containers-drop-capabilities | a chart's values add a capability
import * as k8s from "@pulumi/kubernetes";

new k8s.helm.v4.Chart("agent", {
  chart: "agent",
  version: "1.2.3",
  values: { securityContext: { capabilities: { add: ["NET_ADMIN"] } } },
});
