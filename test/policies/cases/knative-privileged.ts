// refuse containers-no-privilege | a Knative service is privileged
import * as k8s from "@pulumi/kubernetes";

new k8s.apiextensions.CustomResource("quotes", {
  apiVersion: "serving.knative.dev/v1",
  kind: "Service",
  spec: {
    template: { spec: { containers: [{ image: "quotes:1", securityContext: { privileged: true } }] } },
  },
});
