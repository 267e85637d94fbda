import type { PolicyResource } from "@pulumi/policy";
import { coversTheWorld, items, listOf, prefixListRanges, read, UNKNOWN, unset } from "../shared/index.ts";

const RANGES = ["cidrIpv4", "cidrIpv6", "cidrBlock", "ipv6CidrBlock", "ipRange"];
const RANGE_LISTS = ["cidrBlocks", "ipv6CidrBlocks", "cidrs", "ipv6Cidrs"];
const PREFIX_LISTS = ["prefixListId", "prefixListIds"];

/** By type, where a resource holds ingress rules; the empty path is the resource itself. */
const RULES: Record<string, string> = {
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "",
  "aws:ec2/securityGroupRule:SecurityGroupRule": "",
  "aws:ec2/securityGroup:SecurityGroup": "ingress",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "ingress",
  "aws:lightsail/instancePublicPorts:InstancePublicPorts": "portInfos",
  "aws:gamelift/fleet:Fleet": "ec2InboundPermissions",
  "awsx:lb:ApplicationLoadBalancer": "defaultSecurityGroup.args.ingress",
  "awsx:lb:NetworkLoadBalancer": "defaultSecurityGroup.args.ingress",
};

/** A rule that lets something in, and from where. */
export interface Ingress {
  resource: PolicyResource;
  /** Where the rule is in the resource: `ingress[0]: `; empty where it is the resource. */
  path: string;
  rule: unknown;
  /** Ranges that it lets in, `UNKNOWN` among them where one isn't in the program. */
  ranges: unknown[];
}

/** What policies know of a stack: its resources, and the policy's own settings. */
interface Stack {
  resources: PolicyResource[];
  config: object;
}

/** The ingress rules of a stack's resources. */
function ingressRules(stack: Stack): Ingress[] {
  return stack.resources.flatMap((resource) =>
    rulesOf(resource).map(({ path, rule }) => {
      const lists = PREFIX_LISTS.flatMap((key) => listOf(read(rule, key)));
      const property = path === "" ? "prefixListId" : "ingress";
      const ranges = [
        ...RANGES.map((key) => read(rule, key)).filter((range) => !unset(range)),
        ...RANGE_LISTS.flatMap((key) => listOf(read(rule, key))),
        ...prefixListRanges(stack, resource, property, lists),
      ];
      return { resource, path, rule, ranges };
    }),
  );
}

function rulesOf({ type, props }: PolicyResource): { path: string; rule: unknown }[] {
  const key = RULES[type];
  if (key === undefined) return [];
  if (key === "") return read(props, "type") === "egress" ? [] : [{ path: "", rule: props }];
  // Judged as one rule with an unknown source.
  const rules = read(props, ...key.split("."));
  if (rules === UNKNOWN) return [{ path: `${key}: `, rule: { cidrIpv4: UNKNOWN } }];
  return items(rules).map((rule, index) => ({ path: `${key}[${index}]: `, rule }));
}

/**
 * The rules that let the internet in: by themselves, or together with others that let the same ports of the same group
 * in from other parts of it.
 */
export function worldRules(stack: Stack): Ingress[] {
  const rules = ingressRules(stack);
  const together = Map.groupBy(rules, portsOf);
  return rules.filter(
    (one) =>
      coversTheWorld(one.ranges) ||
      coversTheWorld(
        (together.get(portsOf(one)) ?? []).flatMap(({ ranges }) =>
          ranges.filter((range) => range !== UNKNOWN),
        ),
      ),
  );
}

/** The same for rules of one group, protocol and range of ports. */
function portsOf({ resource, rule }: Ingress): string {
  const group = read(resource.props, "securityGroupId");
  const ports = [protocolOf(rule), read(rule, "fromPort"), read(rule, "toPort")];
  return [typeof group === "string" ? group : resource.urn, ...ports].map(String).join(" ");
}

/** A rule's protocol by name: `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all. */
export function protocolOf(rule: unknown): string {
  const given = String(read(rule, "ipProtocol") ?? read(rule, "protocol")).toLowerCase();
  return { 6: "tcp", 17: "udp", 1: "icmp", 58: "icmpv6", all: "-1" }[given] ?? given;
}

/** "Packet too big" and "fragmentation needed", by which senders learn how large a packet may be; they open nothing. */
export function isPathMtu(rule: unknown): boolean {
  const [type, code] = ["fromPort", "toPort"].map((key) => Number(String(read(rule, key))));
  const protocol = protocolOf(rule);
  return (
    (protocol === "icmp" && type === 3 && code === 4) ||
    (protocol === "icmpv6" && type === 2 && (code === 0 || code === -1))
  );
}
