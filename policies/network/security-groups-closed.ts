import { display, PREFIX_LISTS_SCHEMA, read, stackRule, UNKNOWN, unset } from "../shared/index.ts";
import { isPathMtu, protocolOf, worldRules } from "./ingress.ts";

/** HTTPS, HTTP, which only redirects to it, and HTTP/3, which is HTTPS over UDP. */
const PUBLIC_PORTS: Record<string, number[]> = { tcp: [443, 80], udp: [443] };

/** On which ports the internet may come in; which groups may let it in, `world-meets-public-balancer` judges. */
export const securityGroupsClosed = stackRule({
  name: "security-groups-closed",
  description: "No security group lets the world in but on ports 443 and 80.",
  severity: "critical",
  verdict: "lets the world in",
  fix: "Name the security group that may send instead of a range; only the public load balancer's group takes 443 (and 80, to redirect) from everywhere. A prefix list of another stack with your own ranges belongs into this policy's setting `prefixLists`.",
  configSchema: PREFIX_LISTS_SCHEMA,
  judge: ({ resources, getConfig }) =>
    worldRules({ resources, config: getConfig() })
      .filter(({ rule }) => !isPublicPort(rule) && !isPathMtu(rule))
      .map(({ resource, path, rule }) => ({ resource, reason: `${path}${described(rule)}` })),
});

function isPublicPort(rule: unknown): boolean {
  const [from, to] = [read(rule, "fromPort"), read(rule, "toPort")];
  const port = Number(unset(from) || from === UNKNOWN ? Number.NaN : from);
  return from === to && (PUBLIC_PORTS[protocolOf(rule)] ?? []).includes(port);
}

function described(rule: unknown): string {
  if (read(rule, "cidrIpv4") === UNKNOWN && protocolOf(rule) === "undefined")
    return "is not known in a preview";
  if (protocolOf(rule) === "-1") return "every port is open to the world";
  return `ports ${display(read(rule, "fromPort"))} to ${display(read(rule, "toPort"))} are open to the world`;
}
