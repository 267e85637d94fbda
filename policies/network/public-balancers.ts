import type { PolicyResource } from "@pulumi/policy";
import {
  BALANCERS,
  display,
  type Finding,
  isProduction,
  leadsTo,
  ofType,
  PREFIX_LISTS_SCHEMA,
  PRODUCTION_SCHEMA,
  read,
  stackRule,
} from "../shared/index.ts";
import { isPathMtu, worldRules } from "./ingress.ts";
import {
  AWSX_BALANCERS,
  awsxListeners,
  isPlain,
  LISTENER_RULES,
  LISTENERS,
  listenerProtocol,
  redirects,
  TLS_1_3,
  WITH_TLS_1_3,
} from "./listeners.ts";

const GROUPS = ["aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"];
const CLASSIC = ["aws:elb/loadBalancer:LoadBalancer"];

function publicBalancers(resources: PolicyResource[]): PolicyResource[] {
  return ofType(resources, ...BALANCERS, ...CLASSIC, ...AWSX_BALANCERS).filter(
    ({ props }) => read(props, "internal") !== true,
  );
}

/** The public load balancer is the only way in from the internet. */
export const worldMeetsPublicBalancer = stackRule({
  name: "world-meets-public-balancer",
  description: "Only the public load balancer's security group lets the world in.",
  severity: "critical",
  verdict: "lets the world in beside the public load balancer",
  fix: "Name the security group that may send instead of a range. A group that another stack's public balancer has is taken from a StackReference; a prefix list with your own ranges belongs into this policy's setting `prefixLists`.",
  configSchema: PREFIX_LISTS_SCHEMA,
  judge: ({ resources, getConfig }) => {
    const balancers = publicBalancers(resources);
    const open = (group: PolicyResource) =>
      balancers.some((balancer) => leadsTo(balancer, "securityGroups", group));
    const rules = worldRules({ resources, config: getConfig() }).filter(({ rule }) => !isPathMtu(rule));
    return [...new Set(rules.map(({ resource }) => resource))].flatMap((resource): Finding[] => {
      const groups = GROUPS.includes(resource.type)
        ? [resource]
        : ofType(resources, ...GROUPS).filter((group) => leadsTo(resource, "securityGroupId", group));
      const other = balancers.includes(resource) || isOfAnotherStack(resource);
      const allowed = groups.length > 0 ? groups.every(open) : other;
      return allowed ? [] : [{ resource, reason: "its group is not that of a public load balancer" }];
    });
  },
});

/**
 * Whether a rule's group is an output of another stack, which judges what has the group. Policies see the resources that
 * the stack manages alone, so that a property that comes from a StackReference has sources, but none of them here.
 */
function isOfAnotherStack({ propertyDependencies }: PolicyResource): boolean {
  return propertyDependencies.securityGroupId?.length === 0;
}

/** In production only: elsewhere a balancer may be tried without TLS, or with an older one. */
export const publicBalancersTls = stackRule({
  name: "public-balancers-tls",
  description: "In production, public load balancers serve TLS 1.3; over HTTP they only redirect to it.",
  severity: "critical",
  verdict: "serves the internet in plain text, or by a TLS that is out of date",
  fix: "Give the balancer a certificate and an ELBSecurityPolicy-TLS13-1-3 policy, and let its listener for HTTP redirect.",
  configSchema: PRODUCTION_SCHEMA,
  judge: ({ resources, getConfig }) => {
    const own = ofType(resources, ...BALANCERS);
    const found = [
      ...ofType(resources, ...LISTENERS).flatMap((resource) => {
        const [balancer] = own.filter((one) => leadsTo(resource, "loadBalancerArn", one));
        const reason = balancer ? wrong(resource.props, balancer.props) : ofUnknown(resource.props);
        return reason ? [{ resource, reason }] : [];
      }),
      ...forwarding(resources, own),
      ...ofType(resources, ...AWSX_BALANCERS).flatMap(madeByAwsx),
    ];
    return found.filter(({ resource }) => isProduction({ urn: resource.urn, getConfig }));
  },
});

/** Why a listener of a public balancer is wrong; one of an internal balancer `tls-only` judges. */
function wrong(listener: unknown, balancer: unknown): string | undefined {
  return read(balancer, "internal") === true
    ? undefined
    : plainOrOld(listener, read(balancer, "loadBalancerType") === "network");
}

function plainOrOld(listener: unknown, network: boolean): string | undefined {
  const [protocol, policy] = [listenerProtocol(listener), read(listener, "sslPolicy")];
  if (protocol !== "HTTPS" && !(network && protocol === "TLS"))
    return redirects(read(listener, "defaultActions")) ? undefined : `it answers ${protocol} itself`;
  // Who connects to a network balancer is often no browser, and may need TLS 1.2.
  const form = network ? WITH_TLS_1_3 : TLS_1_3;
  return typeof policy === "string" && form.test(policy) ? undefined : `sslPolicy is ${display(policy)}`;
}

/** Another stack's balancer may be public. Its TLS policy `tls-only` judges. */
function ofUnknown(listener: unknown): string | undefined {
  return isPlain(listener)
    ? `it answers ${listenerProtocol(listener)} itself, for a balancer that may be public`
    : undefined;
}

/** Rules of a plain listener that do more than redirect, though its default action may redirect. */
function forwarding(resources: PolicyResource[], own: PolicyResource[]): Finding[] {
  const plain = ofType(resources, ...LISTENERS).filter(
    (listener) =>
      listenerProtocol(listener.props) === "HTTP" &&
      !own.some((one) => read(one.props, "internal") === true && leadsTo(listener, "loadBalancerArn", one)),
  );
  return ofType(resources, ...LISTENER_RULES)
    .filter((rule) => plain.some((listener) => leadsTo(rule, "listenerArn", listener)))
    .filter(({ props }) => !redirects(read(props, "actions")))
    .map((resource) => ({ resource, reason: "its listener answers HTTP, and it doesn't redirect" }));
}

function madeByAwsx(resource: PolicyResource): Finding[] {
  if (read(resource.props, "internal") === true) return [];
  return awsxListeners(resource.type, resource.props).flatMap(({ path, listener }) => {
    const reason = plainOrOld(listener, resource.type.endsWith("NetworkLoadBalancer"));
    return reason ? [{ resource, reason: `${path}: ${reason}` }] : [];
  });
}
