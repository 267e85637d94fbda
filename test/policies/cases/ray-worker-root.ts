// refuse containers-non-root | workers of a Ray cluster say nothing of their user
import * as k8s from "@pulumi/kubernetes";

new k8s.apiextensions.CustomResource("pricing", {
  apiVersion: "ray.io/v1",
  kind: "RayCluster",
  spec: {
    workerGroupSpecs: [
      { groupName: "cpu", template: { spec: { containers: [{ name: "worker", image: "ray:2" }] } } },
    ],
  },
});
