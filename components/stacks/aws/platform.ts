import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  type Config,
  FoundationOutput,
  Outputs,
  SERVICES,
  subnetsOf,
  withScheme,
} from "../../../config/index.ts";
import type { LoadBalancer } from "../../edge/index.ts";
import type { Identity } from "../../governance/index.ts";
import type { Network } from "../../network/index.ts";
import { type GuardedZones, type Platform, stackOutputs } from "../platform.ts";
import type { AwsCluster } from "./cluster.ts";
import { awsConnections } from "./connections.ts";
import type { AwsData } from "./data.ts";
import type { AwsEdges } from "./edges.ts";
import type { AwsGovernance } from "./governance.ts";
import { leftToDo } from "./left-to-do.ts";
import type { AwsServices } from "./services.ts";

/** Everything that was made on AWS. */
export interface AwsParts extends AwsGovernance, AwsCluster, AwsEdges, AwsData, AwsServices {
  identity: Identity;
  network: Network;
}

/** The platform on AWS as the services are deployed to it, and the stack's outputs. */
export function awsPlatform(config: Config, parts: AwsParts): Platform {
  const { cluster, controllers, namespace, identity, database, logins, cache, token, roles } = parts;
  const { issuer, clientId, signInOrigin } = identity;
  const subnets = subnetsOf(config.cidr, config.subnets, config.zones.length);
  const pooled = config.database.pooler !== undefined;
  // What the applications' layer reads of the foundation's is what a stack of both layers hands on in memory.
  const foundation = {
    namespace,
    registry: parts.registry,
    apiUrl: parts.internalBalancer.url,
    apiCertificate: parts.internalBalancer.certificatePem,
    kubeconfig: cluster.kubeconfig,
    clusterIdentifier: cluster.arn,
    certificateIssuer: parts.certificateIssuer,
    allowedConnections: awsConnections(config.cidr, subnets, {
      services: SERVICES,
      pooled,
      echoes: config.echoes?.names ?? [],
    }),
    signInOrigin,
    database: { url: database.url, owner: logins.owner, services: logins.volumes },
    cache: { url: cache.url, credentials: token.volume },
    traces: controllers.traces,
    rotation: {
      region: config.region,
      logins: logins.secretArns,
      cache: { group: cache.groupId, secret: cache.secretArn },
    },
    personalDataKey: parts.keys.personal,
  };
  const outputs = awsOutputs(config, parts);
  return {
    kubernetes: cluster.kubernetes,
    namespace,
    certificateIssuer: foundation.certificateIssuer,
    allowedConnections: foundation.allowedConnections,
    rolloutsBy: [controllers],
    image: parts.image,
    apiUrl: foundation.apiUrl,
    apiCertificate: foundation.apiCertificate,
    issuer,
    clientId,
    signInOrigin,
    database: { ...foundation.database, after: [logins, token, roles] },
    cache: foundation.cache,
    traces: foundation.traces,
    rotation: foundation.rotation,
    models: { url: pulumi.interpolate`s3://${parts.models.bucketName}`, region: config.region },
    personalDataKey: { url: foundation.personalDataKey, mounts: [] },
    guarded: guardedOnAws(config, outputs),
    outputs: {
      ...(config.layer === "foundation" ? stackOutputs(FoundationOutput, { foundation }) : {}),
      ...outputs,
    },
  };
}

function awsOutputs(config: Config, parts: AwsParts): Platform["outputs"] {
  const { provider, cluster, network, publicBalancer, internalBalancer, identity, database, models } = parts;
  const { region } = config;
  return stackOutputs(Outputs, {
    stack: pulumi.getStack(),
    region,
    publicUrl: publicBalancer.url,
    apiUrl: pulumi.interpolate`${publicBalancer.url}/api`,
    issuer: identity.issuer,
    clientId: identity.clientId,
    userPoolId: identity.userPoolId,
    arcEndpoint: arcEndpoint(region, provider),
    loadBalancers: { public: described(publicBalancer), internal: described(internalBalancer) },
    cluster: { name: cluster.clusterName, arn: cluster.arn },
    zones: config.zones.map((name) => zone(name, region, provider)),
    database: { endpoint: database.endpoint, name: config.database.name },
    modelBucket: models.bucketName,
    runnerSecurityGroupId: network.runnerGroupId,
    leftToDo: publicBalancer.dnsName.apply((dnsName) => leftToDo(config, dnsName)),
  });
}

/** What the guard judges and shifts, by the outputs of the stack that made it. */
export function guardedOnAws(
  { cidr, subnets, zones }: Config,
  outputs: Record<string, pulumi.Output<unknown>>,
): GuardedZones {
  const known = <Key extends keyof Outputs>(key: Key) => outputs[key] as pulumi.Output<Outputs[Key]>;
  const balancers = known("loadBalancers");
  const { isolated } = subnetsOf(cidr, subnets, zones.length);
  return {
    zones: known("zones"),
    arc: {
      endpoint: known("arcEndpoint"),
      resources: {
        public: balancers.public.arn,
        internal: balancers.internal.arn,
        cluster: known("cluster").arn,
      },
    },
    database: {
      endpoint: known("database").endpoint,
      subnets: Object.fromEntries(zones.map((zone, index) => [zone, isolated[index] ?? ""])),
    },
  };
}

function described({ arn, loadBalancerName: name, dnsName, url }: LoadBalancer) {
  return { arn, name, dnsName, url };
}

function zone(name: string, region: string, provider: aws.Provider) {
  return { name, id: aws.getAvailabilityZoneOutput({ name, region }, { provider }).zoneId };
}

function arcEndpoint(region: string, provider: aws.Provider): pulumi.Output<string> {
  const service = aws.getServiceOutput({ serviceId: "arc-zonal-shift", region }, { provider });
  return service.dnsName.apply((dnsName) => withScheme(dnsName, "https"));
}
