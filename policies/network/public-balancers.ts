import type { PolicyResource } from "@pulumi/policy";
import {
  BALANCERS,
  display,
  type Finding,
  isProduction,
  items,
  leadsTo,
  ofType,
  PRODUCTION_SCHEMA,
  read,
  stackRule,
} from "../shared/index.ts";
import { ingress, isWorld } from "./security-groups-closed.ts";

const LISTENERS = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"];
const GROUPS = ["aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"];

function publicBalancers(resources: PolicyResource[]): PolicyResource[] {
  return ofType(resources, ...BALANCERS).filter(({ props }) => read(props, "internal") !== true);
}

/** The public load balancer is the only way in from the internet. */
export const worldMeetsPublicBalancer = stackRule({
  name: "world-meets-public-balancer",
  description: "Only the public load balancer's security group lets the world in.",
  severity: "critical",
  verdict: "lets the world in beside the public load balancer",
  fix: "Name the security group that may send instead of a range.",
  judge: ({ resources }) => {
    const balancers = publicBalancers(resources);
    const open = (group: PolicyResource) =>
      balancers.some((balancer) => leadsTo(balancer, "securityGroups", group));
    return resources.flatMap((resource): Finding[] => {
      if (!ingress(resource.type, resource.props).some(({ rule }) => isWorld(rule))) return [];
      const groups = GROUPS.includes(resource.type)
        ? [resource]
        : ofType(resources, ...GROUPS).filter((group) => leadsTo(resource, "securityGroupId", group));
      return groups.length > 0 && groups.every(open)
        ? []
        : [{ resource, reason: "its group is not that of a public load balancer" }];
    });
  },
});

/** Names of AWS's security policies that accept TLS 1.3 alone. */
const TLS_1_3 = /^ELBSecurityPolicy-TLS13-1-3-/;

/** In production only: elsewhere a balancer may be tried without TLS, or with an older one. */
export const publicBalancersTls = stackRule({
  name: "public-balancers-tls",
  description: "In production, public load balancers serve TLS 1.3; over HTTP they only redirect to it.",
  severity: "critical",
  verdict: "serves the internet in plain text, or by a TLS that is out of date",
  fix: "Give the balancer a certificate and an ELBSecurityPolicy-TLS13-1-3 policy, and let its listener for HTTP redirect.",
  configSchema: PRODUCTION_SCHEMA,
  judge: ({ resources, getConfig }) => {
    const balancers = publicBalancers(resources);
    return ofType(resources, ...LISTENERS)
      .filter(({ urn }) => isProduction({ urn, getConfig }))
      .filter((listener) => balancers.some((balancer) => leadsTo(listener, "loadBalancerArn", balancer)))
      .flatMap((resource): Finding[] => {
        const reason = plainOrOld(resource.props);
        return reason ? [{ resource, reason }] : [];
      });
  },
});

function plainOrOld(listener: unknown): string | undefined {
  const [protocol, policy] = [read(listener, "protocol"), read(listener, "sslPolicy")];
  if (protocol !== "HTTPS") return redirects(listener) ? undefined : `it answers ${protocol} itself`;
  return typeof policy === "string" && TLS_1_3.test(policy) ? undefined : `sslPolicy is ${display(policy)}`;
}

function redirects(listener: unknown): boolean {
  const actions = items(read(listener, "defaultActions"));
  return actions.length > 0 && actions.every((action) => read(action, "redirect", "protocol") === "HTTPS");
}
