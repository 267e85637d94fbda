import { display, items, listOf, read, resourceRule, UNKNOWN, unset } from "../shared/index.ts";

/** HTTPS, and HTTP, which only redirects to it. */
const PUBLIC_PORTS = [443, 80];

/** A range with a shorter prefix counts as the internet: no organisation has one, and two halves make a whole. */
const WIDE = { v4: 8, v6: 19 };

const RANGES = ["cidrIpv4", "cidrIpv6", "cidrBlock", "ipv6CidrBlock"];
const RANGE_LISTS = ["cidrBlocks", "ipv6CidrBlocks"];
const PREFIX_LISTS = ["prefixListId", "prefixListIds"];
const GROUPS = /^aws:ec2\/(securityGroup:SecurityGroup|defaultSecurityGroup:DefaultSecurityGroup)$/;

/** On which ports the internet may come in; which groups may let it in, `world-meets-public-balancer` judges. */
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

/** The ingress rules that a resource holds, each with its path in it. */
export function ingress(type: string, props: unknown): { path: string; rule: unknown }[] {
  if (type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    return [{ path: "", rule: props }];
  if (type === "aws:ec2/securityGroupRule:SecurityGroupRule") {
    return read(props, "type") === "egress" ? [] : [{ path: "", rule: props }];
  }
  if (!GROUPS.test(type)) return [];
  // Judged as one rule with an unknown source.
  if (read(props, "ingress") === UNKNOWN) return [{ path: "ingress: ", rule: { cidrIpv4: UNKNOWN } }];
  return items(read(props, "ingress")).map((rule, index) => ({ path: `ingress[${index}]: `, rule }));
}

/** Whether a rule's source is the internet, or may be: a prefix list's ranges aren't in the program. */
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
  return `ports ${display(read(rule, "fromPort"))} to ${display(read(rule, "toPort"))} are open to the world`;
}
