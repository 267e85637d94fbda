// refuse containers-non-root | a script of a nightly workflow runs as root
import * as k8s from "@pulumi/kubernetes";

new k8s.apiextensions.CustomResource("close", {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "CronWorkflow",
  spec: {
    schedule: "0 17 * * *",
    workflowSpec: {
      templates: [
        {
          name: "close",
          script: { image: "python:3", source: "print(1)", securityContext: { runAsUser: 0 } },
        },
      ],
    },
  },
});
