import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ANYWHERE, POSTGRES_PORT, REDIS_PORT, type Subnets, type Tier } from "../../config/index.ts";
import { type Transform, transformed } from "../arguments.ts";

export interface TierAclsArgs {
  region: string;
  vpcId: pulumi.Input<string>;
  /** The VPC's range. */
  cidr: string;
  subnets: Subnets;
  subnetIds: Record<Tier, pulumi.Input<pulumi.Input<string>[]>>;
  tags?: Record<string, string>;
  transform?: { acl?: Transform<aws.ec2.NetworkAclArgs> };
}

/** A rule without its number: protocol (`-1` is any), ports, and who is at the other end. */
type AclRule = [protocol: "tcp" | "udp" | "-1", from: number, to: number, cidr: string];

/**
 * Network ACLs by tier, which hold even where a security group is wrong. They are stateless, so that answers need a
 * rule. The isolated tier talks to the private one and to itself, and to no one outside the VPC. Free of charge.
 *
 * @example new TierAcls("acls", { vpcId, cidr: "10.0.0.0/16", subnets, subnetIds, region }, { provider })
 */
export class TierAcls extends pulumi.ComponentResource {
  constructor(name: string, args: TierAclsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:TierAcls", name, {}, opts);
    const { region, vpcId, tags } = args;
    for (const [tier, { ingress, egress }] of Object.entries(rulesByTier(args.cidr, args.subnets))) {
      const acl = {
        ...{ region, vpcId, tags, subnetIds: args.subnetIds[tier as Tier] },
        ingress: ingress.map(rule),
        egress: egress.map(rule),
      };
      new aws.ec2.NetworkAcl(...transformed(args.transform?.acl, `${name}-${tier}`, acl, { parent: this }));
    }
    this.registerOutputs();
  }
}

function rulesByTier(
  cidr: string,
  subnets: Subnets,
): Record<Tier, { ingress: AclRule[]; egress: AclRule[] }> {
  const within: AclRule = ["-1", 0, 0, cidr];
  const out: AclRule[] = [["-1", 0, 0, ANYWHERE]];
  // Answers to what went out through a NAT gateway, whose source ports begin at 1024.
  const answers: AclRule[] = [
    ["tcp", 1024, 65_535, ANYWHERE],
    ["udp", 1024, 65_535, ANYWHERE],
  ];
  const clients: AclRule[] = [
    ["tcp", 443, 443, ANYWHERE],
    ["tcp", 80, 80, ANYWHERE],
  ];
  const among = subnets.isolated.map((block): AclRule => ["-1", 0, 0, block]);
  const asked = subnets.private.flatMap((block): AclRule[] => [
    ["tcp", POSTGRES_PORT, POSTGRES_PORT, block],
    ["tcp", REDIS_PORT, REDIS_PORT, block],
  ]);
  const answered = subnets.private.map((block): AclRule => ["tcp", 1024, 65_535, block]);
  return {
    public: { ingress: [within, ...clients, ...answers], egress: out },
    private: { ingress: [within, ...answers], egress: out },
    isolated: { ingress: [...among, ...asked], egress: [...among, ...answered] },
  };
}

function rule([protocol, fromPort, toPort, cidrBlock]: AclRule, index: number) {
  return { ruleNo: (index + 1) * 10, action: "allow", protocol, fromPort, toPort, cidrBlock };
}
