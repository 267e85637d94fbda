import { arn, autoName, derived } from "./naming.ts";
import { type Answer, text } from "./types.ts";

/** Route 53's zone of ALBs in ap-southeast-2 (AWS General Reference, Elastic Load Balancing endpoints). */
const HOSTED_ZONE = "Z1GM3OXH4ZPM65";

/** ALB and target group names have at most 32 characters. */
const MAX_NAME = 32;

const loadBalancer: Answer = async ({ urn, name: logical, inputs }, { region, addresses }) => {
  const name = text(inputs, "name") ?? autoName(urn, logical, MAX_NAME);
  const internal = inputs.internal === true;
  const arnSuffix = `app/${name}/${derived(urn, 16)}`;
  const own = arn("elasticloadbalancing", region, `loadbalancer/${arnSuffix}`);
  const kind = internal ? "internal-balancer" : "public-balancer";
  const address = await addresses?.reserve(urn, kind);
  const dnsName = address
    ? `http://${address.host}:${address.port}`
    : `${internal ? "internal-" : ""}${name}-${derived(urn, 10, "0123456789")}.${region}.elb.amazonaws.com`;
  const outputs = { name, arn: own, arnSuffix, dnsName, internal, zoneId: HOSTED_ZONE };
  return { id: own, outputs: { loadBalancerType: "application", ...outputs } };
};

const targetGroup: Answer = ({ urn, name: logical, inputs }, { region }) => {
  const name = text(inputs, "name") ?? autoName(urn, logical, MAX_NAME);
  const arnSuffix = `targetgroup/${name}/${derived(urn, 16)}`;
  const own = arn("elasticloadbalancing", region, arnSuffix);
  return { id: own, outputs: { name, arn: own, arnSuffix } };
};

/** A listener's ARN holds its balancer's path, a rule's its listener's. */
const below =
  (parent: string, from: string, to: string): Answer =>
  ({ urn, inputs }, { region }) => {
    const path = text(inputs, parent)?.split(`:${from}/`)[1] ?? `app/unknown/${derived(urn, 16)}`;
    const own = arn("elasticloadbalancing", region, `${to}/${path}/${derived(urn, 16)}`);
    return { id: own, outputs: { arn: own } };
  };

export const loadBalancing: Record<string, Answer> = {
  "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
  "aws:lb/targetGroup:TargetGroup": targetGroup,
  "aws:lb/listener:Listener": below("loadBalancerArn", "loadbalancer", "listener"),
  "aws:lb/listenerRule:ListenerRule": below("listenerArn", "listener", "listener-rule"),
};
