import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";

export interface EndpointsArgs {
  region: string;
  /** Id of the account whose roles use the endpoints, and whose buckets, keys and secrets they reach. */
  account: pulumi.Input<string>;
  vpcId: pulumi.Input<string>;
  /** One a zone: the interface endpoints' addresses are in them. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  securityGroupId: pulumi.Input<string>;
  /** Route tables from which S3 is reached through its gateway. */
  routeTableIds: pulumi.Input<pulumi.Input<string>[]>;
  tags?: Record<string, string>;
  transform?: { endpoint?: Transform<aws.ec2.VpcEndpointArgs> };
}

/**
 * What nodes, pods and a runner call, by its name in `com.amazonaws.<region>.<name>`, and whether its resources are the
 * account's own. The others' are not: nodes pull EKS's images from AWS's registries and start from AWS's machine images.
 */
const SERVICES: Record<string, { ownResources: boolean }> = {
  // A node: its registration, its addresses, its images (whose layers come from S3).
  eks: { ownResources: false },
  ec2: { ownResources: false },
  "ecr.api": { ownResources: false },
  "ecr.dkr": { ownResources: false },
  // A pod: credentials by the Pod Identity agent, secrets as files, personal data's keys.
  "eks-auth": { ownResources: false },
  sts: { ownResources: false },
  secretsmanager: { ownResources: true },
  kms: { ownResources: true },
  // The controllers: balancers' targets, nodes, containers' logs, metrics, alerts.
  elasticloadbalancing: { ownResources: false },
  autoscaling: { ownResources: false },
  logs: { ownResources: true },
  "aps-workspaces": { ownResources: true },
  sns: { ownResources: true },
  // Traces, the cache's tokens when they are rotated, and the database's failover out of a sick zone.
  xray: { ownResources: false },
  elasticache: { ownResources: true },
  rds: { ownResources: true },
};

/**
 * VPC endpoints of AWS services, whose traffic doesn't leave the VPC, so that a zone can start pods while its NAT
 * gateway is down. Their policies let this account's roles through alone, and to this account's data alone: credentials
 * that somebody brought along, or a stranger's bucket, can't carry data out. S3's gateway is free (image layers come from
 * S3); each of the sixteen interfaces costs by the hour and zone, about 10 USD a month, and by traffic.
 *
 * @example new Endpoints("endpoints", { account, vpcId, subnetIds: network.privateSubnetIds, … }, { provider })
 */
export class Endpoints extends pulumi.ComponentResource {
  constructor(name: string, args: EndpointsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:Endpoints", name, {}, opts);
    const { region, vpcId, tags } = args;
    const endpoint = (
      service: string,
      policy: (account: string) => object,
      own: Partial<aws.ec2.VpcEndpointArgs>,
    ) => {
      const common = {
        ...{ region, vpcId, tags, serviceName: `com.amazonaws.${region}.${service}` },
        policy: pulumi.output(args.account).apply((account) => JSON.stringify(policy(account))),
      };
      return new aws.ec2.VpcEndpoint(
        ...transformed(
          args.transform?.endpoint,
          `${name}-${service}`,
          { ...common, ...own },
          { parent: this },
        ),
      );
    };
    endpoint("s3", (account) => s3Policy(account, region), {
      vpcEndpointType: "Gateway",
      routeTableIds: args.routeTableIds,
    });
    for (const [service, { ownResources }] of Object.entries(SERVICES)) {
      endpoint(service, (account) => document([own(account, ownResources)]), {
        vpcEndpointType: "Interface",
        subnetIds: args.subnetIds,
        securityGroupIds: [args.securityGroupId],
        privateDnsEnabled: true,
      });
    }
    this.registerOutputs();
  }
}

function document(Statement: object[]) {
  return { Version: "2012-10-17", Statement };
}

/** Everything that the account's roles may do by their own policies. */
function own(account: string, ownResources: boolean) {
  const StringEquals = {
    "aws:PrincipalAccount": account,
    ...(ownResources ? { "aws:ResourceAccount": account } : {}),
  };
  return {
    Sid: "OwnAccount",
    Effect: "Allow",
    Principal: "*",
    Action: "*",
    Resource: "*",
    Condition: { StringEquals },
  };
}

/**
 * The account's own buckets, and AWS's own that nodes read without being a principal of the account: the layers of ECR's
 * images (ECR User Guide, "Amazon ECR interface VPC endpoints") and Amazon Linux 2023's packages (AL2023 User Guide).
 */
function s3Policy(account: string, region: string) {
  const read = (Sid: string, bucket: string) => ({
    ...{ Sid, Effect: "Allow", Principal: "*", Action: "s3:GetObject" },
    Resource: `arn:aws:s3:::${bucket}/*`,
  });
  return document([
    own(account, true),
    read("EcrLayers", `prod-${region}-starport-layer-bucket`),
    read("AmazonLinux", `al2023-repos-${region}-de612dc2`),
  ]);
}
