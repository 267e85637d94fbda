// Adds a service `fees` to the cluster of the ambient kubeconfig: three pods, one a zone, that only the gateway reaches.
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Workload } from "trizone/components/workload";

const config = new pulumi.Config();
const namespace = config.require("namespace");

const cluster = new k8s.Provider("cluster", { namespace });

const fees = new Workload(
  "fees",
  {
    namespace,
    image: config.require("image"),
    env: { RATES_URL: "http://market-data" },
    requests: { cpu: "100m", memory: "128Mi" },
    memoryLimit: "256Mi",
  },
  { provider: cluster },
);

new k8s.networking.v1.NetworkPolicy(
  "fees",
  {
    metadata: { name: "fees", namespace },
    spec: {
      podSelector: { matchLabels: { "app.kubernetes.io/name": "fees" } },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "gateway" } } }],
          ports: [{ port: 8080 }],
        },
      ],
    },
  },
  { provider: cluster },
);

export const url = fees.url;
