// refuse containers-non-root | a List among the objects of a group of manifests
import * as k8s from "@pulumi/kubernetes";

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "one" },
  spec: { containers: [{ name: "one", image: "one:1" }] },
};
new k8s.yaml.v2.ConfigGroup("list", { objs: [{ apiVersion: "v1", kind: "List", items: [pod] }] });
