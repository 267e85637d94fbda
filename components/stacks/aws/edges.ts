import * as pulumi from "@pulumi/pulumi";
import { type Config, echoHosts, OPEN_FACTOR, type ServiceName } from "../../../config/index.ts";
import { Autoshift, Domain, LoadBalancer } from "../../edge/index.ts";
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

/** The public and the internal load balancer, each with its routes and alarms by zone; the domain; autoshift of all. */
export function awsEdges(
  config: Config,
  { provider, tags, account, keys, alarms, balancerLogs }: AwsGovernance,
  network: Network,
  { cluster, controllers, namespace }: AwsCluster,
): AwsEdges {
  const { region, zones, protect } = config;
  const { baseCapacity, rateLimit } = config.balancers;
  const providers = [provider, cluster.kubernetes];
  const { domain, hostedZoneId } = config;
  const zone = domain && hostedZoneId ? { domain, hostedZoneId } : undefined;
  const inRoute53 =
    zone &&
    new Domain("domain", { ...zone, certificateArn: config.certificateArn, region, tags }, { provider });
  const common = {
    region,
    account,
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
      https: { certificateArn: inRoute53?.certificateArn ?? config.certificateArn, domain },
      firewall: { rateLimit, logsKeyArn: keys.logs },
      routes: [
        ...echoHosts(config).map(({ name, host }) => ({ service: name, paths: ["/*"], hosts: [host] })),
        { service: "web", paths: ["/*"], versions: versionsOf("web", config) },
      ],
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
      // Only `web` connects, and is given the certificate.
      https: { years: 10 },
      routes: [{ service: "gateway", paths: ["/api/*", "/ws/*"], versions: versionsOf("gateway", config) }],
    },
    { providers },
  );
  inRoute53?.pointTo(publicBalancer);
  const balancers = [publicBalancer, internalBalancer];
  new Autoshift(
    "cluster-autoshift",
    {
      region,
      resourceArn: cluster.arn,
      outcomeAlarms: balancers.map(({ alarms }) => alarms.total),
      blockingAlarms: balancers.flatMap(({ alarms }) => alarms.byZone),
    },
    { provider },
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
