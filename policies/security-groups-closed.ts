import { items, read, said, UNKNOWN, unset } from "./known.ts";
import { listOf } from "./policy-documents.ts";
import { resourceRule } from "./rule.ts";

/** HTTPS, and the port whose only answer is to go there. */
const PUBLIC_PORTS = [443, 80];

/** Shorter prefixes than any network that one organisation has: two halves of the world are the world. */
const WIDE = { v4: 8, v6: 19 };

const RANGES = ["cidrIpv4", "cidrIpv6", "cidrBlock", "ipv6CidrBlock"];
const RANGE_LISTS = ["cidrBlocks", "ipv6CidrBlocks"];
const PREFIX_LISTS = ["prefixListId", "prefixListIds"];
const GROUPS = /^aws:ec2\/(securityGroup:SecurityGroup|defaultSecurityGroup:DefaultSecurityGroup)$/;

/** What the world may send; whose group may let it in is `world-meets-public-balancer`'s. */
export const securityGroupsClosed = resourceRule({
  name: "security-groups-closed",
  description: "No security group lets the world in but on ports 443 and 80.",
  severity: "critical",
  verdict: "lets the world in",
  fix: "Name the security group that may send instead of a range; only the public load balancer's group takes 443 (and 80, to redirect) from everywhere.",
  judge: ({ type, props }) => {
    const rules = ingress(type, props);
    return rules.flatMap(({ path, rule }) =>
      isWorld(rule) && !isPublicPort(rule) ? [`${path}${described(rule)}`] : [],
    );
  },
});

/** The rules about what comes in that a resource holds. */
export function ingress(type: string, props: unknown): { path: string; rule: unknown }[] {
  if (type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    return [{ path: "", rule: props }];
  if (type === "aws:ec2/securityGroupRule:SecurityGroupRule") {
    return read(props, "type") === "egress" ? [] : [{ path: "", rule: props }];
  }
  if (!GROUPS.test(type)) return [];
  // A rule like any other, whose source nobody knows.
  if (read(props, "ingress") === UNKNOWN) return [{ path: "ingress: ", rule: { cidrIpv4: UNKNOWN } }];
  return items(read(props, "ingress")).map((rule, index) => ({ path: `ingress[${index}]: `, rule }));
}

/** Whether a rule names the world as its source, or what may be the world: a list of ranges that lies elsewhere. */
export function isWorld(rule: unknown): boolean {
  const ranges = [
    ...RANGES.map((key) => read(rule, key)),
    ...RANGE_LISTS.flatMap((key) => listOf(read(rule, key))),
  ];
  const lists = PREFIX_LISTS.flatMap((key) => listOf(read(rule, key)));
  return ranges.some(isWide) || lists.length > 0;
}

function isWide(range: unknown): boolean {
  if (range === UNKNOWN) return true;
  if (typeof range !== "string") return false;
  const prefix = Number(range.split("/")[1]);
  return range.includes(":") ? prefix < WIDE.v6 : prefix < WIDE.v4;
}

function isPublicPort(rule: unknown): boolean {
  const [from, to] = [read(rule, "fromPort"), read(rule, "toPort")];
  const protocol = String(read(rule, "ipProtocol") ?? read(rule, "protocol"));
  return (
    /^(tcp|6)$/.test(protocol) &&
    from === to &&
    PUBLIC_PORTS.includes(Number(unset(from) || from === UNKNOWN ? Number.NaN : from))
  );
}

function described(rule: unknown): string {
  const protocol = read(rule, "ipProtocol") ?? read(rule, "protocol");
  if (read(rule, "cidrIpv4") === UNKNOWN && protocol === undefined) return "is not known in a preview";
  if (protocol === "-1") return "every port is open to the world";
  return `ports ${said(read(rule, "fromPort"))} to ${said(read(rule, "toPort"))} are open to the world`;
}
