// accept containers-non-root | the image has a user, and Kubernetes checks that it isn't root
import * as k8s from "@pulumi/kubernetes";

new k8s.batch.v1.CronJob("report", {
  spec: {
    schedule: "0 5 * * *",
    jobTemplate: {
      spec: {
        template: {
          spec: {
            securityContext: { runAsNonRoot: true },
            containers: [{ name: "report" }],
            restartPolicy: "Never",
          },
        },
      },
    },
  },
});
