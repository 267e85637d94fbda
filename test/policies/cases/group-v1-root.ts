// refuse containers-non-root | a group of manifests of the first version, whose objects the program itself makes
import * as k8s from "@pulumi/kubernetes";

new k8s.yaml.ConfigGroup("agent", {
  yaml: `
apiVersion: batch/v1
kind: Job
metadata: { name: agent }
spec: { template: { spec: { containers: [{ name: agent, image: "agent:1" }], restartPolicy: Never } } }
`,
});
