import * as pulumi from "@pulumi/pulumi";
import { type Config, SERVICES } from "../../../config/index.ts";
import { Cluster, Controllers, PodAuthority, WarmPool } from "../../cluster/index.ts";
import type { Network } from "../../network/index.ts";
import { Observability } from "../../observability/index.ts";
import { createNamespace } from "../platform.ts";
import type { AwsGovernance } from "./governance.ts";
import { awsFirewall } from "./network.ts";

/** The Kubernetes cluster and what runs in it before the services do. */
export interface AwsCluster {
  cluster: Cluster;
  controllers: Controllers;
  /** ClusterIssuer of the pods' certificates. */
  certificateIssuer: pulumi.Output<string>;
  /** Namespace of the services. */
  namespace: pulumi.Output<string>;
}

/** EKS over three zones, the rules of who may connect to whom, its controllers, and room that is paid for ahead. */
export function awsCluster(config: Config, governance: AwsGovernance, network: Network): AwsCluster {
  const { provider, tags, keys, containerLogs } = governance;
  const { vpcId, publicSubnetIds, privateSubnetIds } = network;
  const { region, zones, nodes, protect, kubernetesVersion: version } = config;
  const cluster = new Cluster(
    "cluster",
    {
      region,
      clusterName: `${pulumi.getProject()}-${pulumi.getStack()}`,
      ...{ vpcId, publicSubnetIds, privateSubnetIds, zones, version },
      ...nodes,
      secretsKeyArn: keys.data,
      logsKeyArn: keys.logs,
      access: config.clusterAccess,
      protect,
      tags,
    },
    { provider },
  );
  const { kubernetes, clusterName } = cluster;
  // Controllers go before the way by which they reach AWS: they undo there what pods and bindings had made.
  const after = [network, awsFirewall(config, governance, network, cluster)];
  const controllers = new Controllers(
    "controllers",
    {
      clusterName,
      region,
      vpcId,
      namespace: config.namespace,
      logsKeyArn: keys.logs,
      logArchive: { bucket: containerLogs.policy.bucket, arn: containerLogs.arn },
      after,
      tags,
    },
    { providers: [provider, kubernetes] },
  );
  if (nodes.warm > 0) new WarmPool("warm-pool", { perZone: nodes.warm }, { provider: kubernetes });
  const namespace = createNamespace(config.namespace, kubernetes).metadata.name;
  const { issuer: certificateIssuer } = new PodAuthority(
    "pod-authority",
    { after },
    { provider: kubernetes },
  );
  return { cluster, controllers, certificateIssuer, namespace };
}

/** Prometheus with the services' objectives, whose alerts go to the topic of alarms. */
export function awsObservability(
  { region, namespace, objectives }: Config,
  { provider, tags, keys, alarms }: AwsGovernance,
  { cluster: { clusterName, kubernetes }, controllers }: AwsCluster,
): void {
  new Observability(
    "observability",
    {
      ...{ region, clusterName, namespace, services: SERVICES, ...objectives },
      ...{ alarmTopicArn: alarms.arn, alarmKeyArn: keys.alarms, metricsKeyArn: keys.logs },
      after: controllers.addons,
      tags,
    },
    { providers: [provider, kubernetes] },
  );
}
