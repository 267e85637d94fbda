// accept images-pinned | the registry of the test cluster's own machine | stack=ci
import * as k8s from "@pulumi/kubernetes";

new k8s.core.v1.Pod("web", { spec: { containers: [{ name: "web", image: "127.0.0.1:5000/web:4" }] } });
