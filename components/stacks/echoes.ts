import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Config, ECHO, echoHosts, HTTP_PORT } from "../../config/index.ts";
import { Workload } from "../workload/index.ts";
import type { Platform } from "./platform.ts";

/**
 * Services to send a load to, each under a host of its own: on AWS the public balancer has a rule for it, on plain
 * Kubernetes an Ingress. None where the config names none.
 */
export function deployEchoes(
  config: Config,
  { namespace, kubernetes: provider, image, certificateIssuer }: Platform,
  priorityClass: pulumi.Input<string>,
): void {
  const { replicas, targetCpuPercent, echoes } = config;
  for (const { name, host } of echoHosts(config)) {
    new Workload(
      name,
      {
        ...{ namespace, replicas, targetCpuPercent, priorityClass, certificateIssuer },
        tier: "web",
        image: image(ECHO),
        requests: { cpu: "100m", memory: "128Mi" },
        env: {},
      },
      { provider },
    );
    if (config.target === "kubernetes") ingress(name, host, echoes?.ingressClass, namespace, provider);
  }
}

function ingress(
  name: string,
  host: string,
  ingressClassName: string | undefined,
  namespace: pulumi.Output<string>,
  provider: k8s.Provider,
): void {
  const backend = { service: { name, port: { number: HTTP_PORT } } };
  new k8s.networking.v1.Ingress(
    `${name}-ingress`,
    {
      metadata: { name, namespace },
      spec: {
        ingressClassName,
        rules: [{ host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
      },
    },
    { provider },
  );
}
