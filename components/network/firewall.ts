import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ADMIN_PORT, ANYWHERE, HTTP_PORT, POSTGRES_PORT, REDIS_PORT } from "../../config/index.ts";
import { type Transform, transformed } from "../arguments.ts";

export interface FirewallArgs {
  region: string;
  /** Security group ids by tier. */
  publicBalancer: pulumi.Input<string>;
  internalBalancer: pulumi.Input<string>;
  workload: pulumi.Input<string>;
  database: pulumi.Input<string>;
  /** Without it, no rule lets anybody reach the cache. @default none */
  cache?: pulumi.Input<string>;
  endpoint: pulumi.Input<string>;
  runner: pulumi.Input<string>;
  tags?: Record<string, string>;
  transform?: {
    ingress?: Transform<aws.vpc.SecurityGroupIngressRuleArgs>;
    egress?: Transform<aws.vpc.SecurityGroupEgressRuleArgs>;
  };
}

type Group =
  | "publicBalancer"
  | "internalBalancer"
  | "workload"
  | "database"
  | "cache"
  | "endpoint"
  | "runner";

/** Connections between tiers: from, to, TCP port. The nodes' own group lets EKS's control plane and pods in already. */
const CONNECTIONS: [from: Group, to: Group, port: number][] = [
  ["publicBalancer", "workload", HTTP_PORT],
  ["publicBalancer", "workload", ADMIN_PORT],
  ["workload", "internalBalancer", 443],
  ["internalBalancer", "workload", HTTP_PORT],
  ["internalBalancer", "workload", ADMIN_PORT],
  ["workload", "database", POSTGRES_PORT],
  ["workload", "cache", REDIS_PORT],
  ["workload", "endpoint", 443],
  // The workload's group is the cluster's own, which EKS's API server has too.
  ["runner", "workload", 443],
  ["runner", "endpoint", 443],
];

const kebab = (group: Group) => group.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * Which tiers may connect to which: security group to security group, and from the internet to the public balancer
 * only. Free of charge.
 *
 * @example new Firewall("firewall", { publicBalancer: network.publicBalancerGroupId, … }, { provider })
 */
export class Firewall extends pulumi.ComponentResource {
  constructor(name: string, args: FirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:Firewall", name, {}, opts);
    for (const port of [80, 443]) {
      const anywhere = { cidrIpv4: ANYWHERE, description: "Internet" };
      this.#ingress(args, `${name}-internet-${port}`, args.publicBalancer, port, anywhere);
    }
    for (const [from, to, port] of CONNECTIONS) {
      const [source, target] = [args[from], args[to]];
      if (source === undefined || target === undefined) continue;
      const flow = `${name}-${kebab(from)}-${kebab(to)}-${port}`;
      const allowed = { referencedSecurityGroupId: source, description: kebab(from) };
      this.#ingress(args, flow, target, port, allowed);
      // EKS leaves its nodes' egress open, so that only the others need a rule for what they send.
      if (from !== "workload") this.#egress(args, `${flow}-out`, source, target, port);
    }
    this.registerOutputs();
  }

  #ingress(
    args: FirewallArgs,
    name: string,
    to: pulumi.Input<string>,
    port: number,
    source: Partial<aws.vpc.SecurityGroupIngressRuleArgs>,
  ): void {
    const rule = {
      securityGroupId: to,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      region: args.region,
      tags: args.tags,
      ...source,
    };
    new aws.vpc.SecurityGroupIngressRule(
      ...transformed(args.transform?.ingress, name, rule, { parent: this }),
    );
  }

  #egress(
    args: FirewallArgs,
    name: string,
    from: pulumi.Input<string>,
    to: pulumi.Input<string>,
    port: number,
  ): void {
    const rule = {
      description: `To port ${port}`,
      securityGroupId: from,
      referencedSecurityGroupId: to,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      region: args.region,
      tags: args.tags,
    };
    new aws.vpc.SecurityGroupEgressRule(...transformed(args.transform?.egress, name, rule, { parent: this }));
  }
}
