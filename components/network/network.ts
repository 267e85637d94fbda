import * as aws from "@pulumi/aws";
// Not the package's index, which loads all of its old classes: a tenth of the program's time.
import { Vpc, type VpcArgs } from "@pulumi/awsx/ec2/vpc.js";
import * as pulumi from "@pulumi/pulumi";
import {
  isPrivate,
  parseCidr,
  type Subnets,
  subnetProblems,
  subnetsOf,
  type Tier,
} from "../../config/index.ts";
import { check, problems, type Transform, transformed } from "../arguments.ts";
import { Endpoints } from "./endpoints.ts";
import { FlowLogs } from "./flow-logs.ts";
import { TierAcls } from "./tier-acls.ts";

export interface NetworkArgs {
  region: string;
  /** Id of the account, to which the endpoints of AWS services are bound. */
  account: pulumi.Input<string>;
  /** Names of the availability zones; each gets a public, a private and an isolated subnet. */
  zones: string[];
  /** A private range of /16 or less. @default "10.0.0.0/16" */
  cidr?: string;
  /** Blocks by tier, one a zone. @default /24 blocks of a /16 range */
  subnets?: Partial<Subnets>;
  /** One NAT gateway for all zones is cheaper and is lost with its zone. @default "per-zone" */
  natGateways?: "single" | "per-zone";
  /** KMS key of the flow logs, which CloudWatch Logs may use too. */
  logsKeyArn: pulumi.Input<string>;
  tags?: Record<string, string>;
  transform?: {
    vpc?: Transform<VpcArgs>;
    securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  };
}

/**
 * The VPC with nine subnets over three zones, their network ACLs, endpoints of AWS services, flow logs, and the
 * security groups of the tiers. The groups are empty: the `Firewall` has their rules. Costs what its NAT gateways,
 * endpoints and flow logs cost.
 *
 * @example new Network("network", { region: "ap-southeast-2", account, zones: ["ap-southeast-2a", …], logsKeyArn }, { provider })
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string[]>;
  readonly privateSubnetIds: pulumi.Output<string[]>;
  readonly isolatedSubnetIds: pulumi.Output<string[]>;
  /**
   * Security groups by tier: the public and internal balancers, the database, the cache, the endpoints of AWS services,
   * and machines that deploy from inside the VPC.
   */
  readonly publicBalancerGroupId: pulumi.Output<string>;
  readonly internalBalancerGroupId: pulumi.Output<string>;
  readonly databaseGroupId: pulumi.Output<string>;
  readonly cacheGroupId: pulumi.Output<string>;
  readonly endpointGroupId: pulumi.Output<string>;
  readonly runnerGroupId: pulumi.Output<string>;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    const cidr = args.cidr ?? "10.0.0.0/16";
    checkNetwork(name, args, cidr);
    super("trizone:aws:Network", name, {}, opts);
    const { region, tags } = args;
    const subnets = subnetsOf(cidr, args.subnets, args.zones.length);
    const vpc = new Vpc(
      ...transformed(args.transform?.vpc, `${name}-vpc`, vpcArgs(args, cidr, subnets), { parent: this }),
    );
    const { vpcId } = vpc;
    this.vpcId = vpcId;
    this.publicSubnetIds = vpc.publicSubnetIds;
    this.privateSubnetIds = vpc.privateSubnetIds;
    this.isolatedSubnetIds = vpc.isolatedSubnetIds;
    const parent = { parent: this };
    const of = { region, vpcId, tags };
    // Without rules: what forgets to name its security group reaches nothing.
    new aws.ec2.DefaultSecurityGroup(`${name}-default-group`, of, parent);
    const group = (suffix: string, description: string) =>
      new aws.ec2.SecurityGroup(
        ...transformed(args.transform?.securityGroup, `${name}-${suffix}`, { ...of, description }, parent),
      ).id;
    this.publicBalancerGroupId = group("public-balancer", "Public load balancer");
    this.internalBalancerGroupId = group("internal-balancer", "Internal load balancer");
    this.databaseGroupId = group("database", "Database");
    this.cacheGroupId = group("cache", "Cache");
    this.endpointGroupId = group("endpoint", "Endpoints of AWS services");
    this.runnerGroupId = group("runner", "Machines that deploy to the cluster");
    const subnetIds = {
      public: this.publicSubnetIds,
      private: this.privateSubnetIds,
      isolated: this.isolatedSubnetIds,
    };
    new TierAcls(`${name}-acls`, { ...of, cidr, subnets, subnetIds }, parent);
    new FlowLogs(`${name}-flow-logs`, { ...of, keyArn: args.logsKeyArn }, parent);
    new Endpoints(
      `${name}-endpoints`,
      {
        ...of,
        account: args.account,
        subnetIds: this.privateSubnetIds,
        securityGroupId: this.endpointGroupId,
        routeTableIds: routeTablesOf(vpc, this.privateSubnetIds),
      },
      parent,
    );
    this.registerOutputs({ vpcId });
  }
}

function checkNetwork(name: string, args: NetworkArgs, cidr: string): void {
  const range = parseCidr(cidr);
  check(`network ${name}`, [
    [
      range !== undefined && range.prefix >= 16 && range.prefix <= 28 && isPrivate(range),
      "cidr",
      "expected a private range of /16 to /28 such as 10.0.0.0/16",
    ],
    [new Set(args.zones).size === 3 && args.zones.length === 3, "zones", "expected three different zones"],
    ...problems("subnets", subnetProblems(cidr, args.subnets, 3)),
  ]);
}

/** The route tables of those subnets, which awsx makes one for each of. */
function routeTablesOf(vpc: Vpc, subnetIds: pulumi.Output<string[]>): pulumi.Output<string[]> {
  const pairs = vpc.routeTableAssociations.apply((associations) =>
    pulumi.all(associations.map(({ subnetId, routeTableId }) => ({ subnetId, routeTableId }))),
  );
  return pulumi
    .all([pairs, subnetIds])
    .apply(([pairs, ids]) =>
      pairs.flatMap(({ subnetId, routeTableId }) => (ids.includes(subnetId ?? "") ? [routeTableId] : [])),
    );
}

function vpcArgs(args: NetworkArgs, cidr: string, subnets: Subnets): VpcArgs {
  const spec = (type: "Public" | "Private" | "Isolated", tags?: Record<string, string>) => {
    const tier = type.toLowerCase() as Tier;
    return { type, name: tier, cidrBlocks: subnets[tier], tags };
  };
  return {
    region: args.region,
    cidrBlock: cidr,
    availabilityZoneNames: args.zones,
    subnetStrategy: "Auto",
    subnetSpecs: [
      spec("Public", { "kubernetes.io/role/elb": "1" }),
      spec("Private", { "kubernetes.io/role/internal-elb": "1" }),
      spec("Isolated"),
    ],
    natGateways: { strategy: args.natGateways === "single" ? "Single" : "OnePerAz" },
    enableDnsHostnames: true,
    enableDnsSupport: true,
    tags: args.tags,
  };
}
