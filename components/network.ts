import * as aws from "@pulumi/aws";
// The package's index loads all of its old classes, which takes a tenth of the program's time.
import { Vpc, type VpcArgs } from "@pulumi/awsx/ec2/vpc.js";
import * as pulumi from "@pulumi/pulumi";
import { check } from "./check.ts";
import { subnetBlocks, type Tier } from "./subnets.ts";
import { type Transform, transformed } from "./transform.ts";

export interface NetworkArgs {
  region: string;
  /** Names of the availability zones; each gets a public, a private and an isolated subnet. */
  zones: string[];
  /** A /16 range. @default "10.0.0.0/16" */
  cidr?: string;
  /** One NAT gateway for all zones is cheaper and is lost with its zone. @default "per-zone" */
  natGateways?: "single" | "per-zone";
  tags?: Record<string, string>;
  transform?: {
    vpc?: Transform<VpcArgs>;
    securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  };
}

/**
 * The VPC with nine subnets over three zones, and the security groups of the tiers inside it. The groups are empty:
 * what may flow between tiers is the `Firewall`'s to say. Costs what its NAT gateways cost.
 *
 * @example new Network("network", { region: "ap-southeast-2", zones: ["ap-southeast-2a", …] }, { provider })
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string[]>;
  readonly privateSubnetIds: pulumi.Output<string[]>;
  readonly isolatedSubnetIds: pulumi.Output<string[]>;
  /** Security groups by tier: the public and internal balancers and the database. */
  readonly publicBalancerGroupId: pulumi.Output<string>;
  readonly internalBalancerGroupId: pulumi.Output<string>;
  readonly databaseGroupId: pulumi.Output<string>;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    const cidr = args.cidr ?? "10.0.0.0/16";
    check(`network ${name}`, [
      [/^\d+\.\d+\.0\.0\/16$/.test(cidr), "cidr", "expected a /16 range such as 10.0.0.0/16"],
      [new Set(args.zones).size === 3 && args.zones.length === 3, "zones", "expected three different zones"],
    ]);
    super("trizone:aws:Network", name, {}, opts);
    const vpc = new Vpc(
      ...transformed(args.transform?.vpc, `${name}-vpc`, vpcArgs(args, cidr), { parent: this }),
    );
    this.vpcId = vpc.vpcId;
    this.publicSubnetIds = vpc.publicSubnetIds;
    this.privateSubnetIds = vpc.privateSubnetIds;
    this.isolatedSubnetIds = vpc.isolatedSubnetIds;
    const group = (suffix: string, description: string) => {
      const groupArgs = { vpcId: this.vpcId, description, region: args.region, tags: args.tags };
      const child = `${name}-${suffix}`;
      return new aws.ec2.SecurityGroup(
        ...transformed(args.transform?.securityGroup, child, groupArgs, { parent: this }),
      ).id;
    };
    this.publicBalancerGroupId = group("public-balancer", "Public load balancer");
    this.internalBalancerGroupId = group("internal-balancer", "Internal load balancer");
    this.databaseGroupId = group("database", "Database");
    this.registerOutputs({ vpcId: this.vpcId });
  }
}

function vpcArgs(args: NetworkArgs, cidr: string): VpcArgs {
  const spec = (type: "Public" | "Private" | "Isolated", tags?: Record<string, string>) => {
    const tier = type.toLowerCase() as Tier;
    return { type, name: tier, cidrBlocks: subnetBlocks(cidr, tier, args.zones.length), tags };
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
