import * as pulumi from "@pulumi/pulumi";
import { type Config, OPEN_FACTOR, type ServiceName } from "../../../config/index.ts";
import { LoadBalancer } from "../../edge/index.ts";
import { Identity } from "../../governance/index.ts";
import type { Network } from "../../network/index.ts";
import type { AwsCluster } from "./cluster.ts";
import type { AwsGovernance } from "./governance.ts";

/** The two load balancers. */
export interface AwsEdges {
  /** On the internet, before `web`. */
  publicBalancer: LoadBalancer;
  /** Inside the VPC, before `gateway`. */
  internalBalancer: LoadBalancer;
}

/** The public and the internal load balancer, each with its routes, alarms by zone, and zonal autoshift. */
export function awsEdges(
  config: Config,
  { provider, tags, alarms, balancerLogs }: AwsGovernance,
  network: Network,
  { cluster, controllers, namespace }: AwsCluster,
): AwsEdges {
  const { region, zones, protect } = config;
  const { baseCapacity, rateLimit } = config.balancers;
  const providers = [provider, cluster.kubernetes];
  const common = {
    region,
    zones,
    vpcId: network.vpcId,
    namespace,
    // By way of the bucket's policy, so that the balancers wait for it: without it AWS refuses them the bucket.
    accessLogs: balancerLogs.policy.bucket,
    notify: [alarms.arn],
    capacityUnits: baseCapacity && baseCapacity * OPEN_FACTOR,
    protect,
    tags,
    bindingsDependOn: [controllers.loadBalancerController],
  };
  const publicBalancer = new LoadBalancer(
    "public",
    {
      ...common,
      internal: false,
      subnetIds: network.publicSubnetIds,
      securityGroupIds: [network.publicBalancerGroupId],
      certificateArn: config.certificateArn,
      domain: config.domain,
      rateLimit,
      routes: [{ service: "web", paths: ["/*"], versions: versionsOf("web", config) }],
    },
    { providers },
  );
  const internalBalancer = new LoadBalancer(
    "internal",
    {
      ...common,
      internal: true,
      subnetIds: network.privateSubnetIds,
      securityGroupIds: [network.internalBalancerGroupId],
      routes: [{ service: "gateway", paths: ["/api/*", "/ws/*"], versions: versionsOf("gateway", config) }],
    },
    { providers },
  );
  return { publicBalancer, internalBalancer };
}

/** The users of the platform, who sign in to the app that the public balancer serves. */
export function awsIdentity(
  { region, protect }: Config,
  { provider, tags, account }: AwsGovernance,
  { publicBalancer }: AwsEdges,
): Identity {
  const domainPrefix = pulumi.interpolate`trizone-${pulumi.getStack()}-${account}`;
  const { url: publicUrl } = publicBalancer;
  return new Identity("identity", { region, publicUrl, domainPrefix, protect, tags }, { provider });
}

function versionsOf(service: ServiceName, { delivery: { modelSplit } }: Config) {
  return modelSplit?.service === service ? modelSplit.versions : undefined;
}
