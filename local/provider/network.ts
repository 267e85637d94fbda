import type { PropertyMap } from "../../engine/index.ts";
import { type Answer, arn, autoName, type Context, derived, text, uuid } from "./naming.ts";

/** Route 53's zone of ALBs in ap-southeast-2 (AWS General Reference, Elastic Load Balancing endpoints). */
const HOSTED_ZONE = "Z1GM3OXH4ZPM65";

const loadBalancer: Answer = async ({ urn, name: logical, inputs }, { region, addresses }) => {
  const name = text(inputs, "name") ?? autoName(urn, logical);
  const internal = inputs.internal === true;
  const loadBalancerType = text(inputs, "loadBalancerType") ?? "application";
  const kindOfArn = { network: "net", gateway: "gwy" }[loadBalancerType] ?? "app";
  const arnSuffix = `${kindOfArn}/${name}/${derived(urn, 16)}`;
  const own = arn("elasticloadbalancing", region, `loadbalancer/${arnSuffix}`);
  const kind = internal ? "internal-balancer" : "public-balancer";
  const address = await addresses?.reserve(urn, kind);
  const dnsName = address
    ? `http://${address.host}:${address.port}`
    : `${internal ? "internal-" : ""}${name}-${derived(urn, 10, "0123456789")}.${region}.elb.amazonaws.com`;
  const outputs = { name, arn: own, arnSuffix, dnsName, internal, loadBalancerType };
  return { id: own, outputs: { ...outputs, zoneId: HOSTED_ZONE } };
};

const targetGroup: Answer = ({ urn, name: logical, inputs }, { region }) => {
  const name = text(inputs, "name") ?? autoName(urn, logical);
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

/** Made by ACM itself, it names the record that proves the domain. */
const certificate: Answer = ({ urn, inputs }, { region }) => {
  const own = arn("acm", region, `certificate/${uuid(urn)}`);
  const domainName = text(inputs, "domainName");
  const proof = {
    domainName,
    resourceRecordName: `_${derived(urn, 32)}.${domainName}.`,
    resourceRecordType: "CNAME",
    resourceRecordValue: `_${derived(`${urn}:value`, 32)}.acm-validations.aws.`,
  };
  return { id: own, outputs: { arn: own, domainValidationOptions: domainName ? [proof] : [] } };
};

/** Known by its zone, name and type. */
const record: Answer = ({ inputs }) => {
  const fqdn = text(inputs, "name")?.replace(/\.$/, "") ?? "";
  return { id: `${text(inputs, "zoneId")}_${fqdn}_${text(inputs, "type")}`, outputs: { fqdn } };
};

export const loadBalancing: Record<string, Answer> = {
  "aws:acm/certificate:Certificate": certificate,
  "aws:acm/certificateValidation:CertificateValidation": ({ inputs }) => ({
    id: text(inputs, "certificateArn"),
  }),
  "aws:route53/record:Record": record,
  "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
  "aws:lb/targetGroup:TargetGroup": targetGroup,
  "aws:lb/listener:Listener": below("loadBalancerArn", "loadbalancer", "listener"),
  "aws:lb/listenerRule:ListenerRule": below("listenerArn", "listener", "listener-rule"),
};

const TIERS = ["public", "private", "isolated"] as const;

/** `awsx.ec2.Vpc` constructs its subnets itself: here they are a subnet a zone for each spec that was asked for. */
const vpc: Answer = ({ urn, inputs }, { region }) => {
  const vpcId = `vpc-${derived(urn, 17)}`;
  const zones = inputs.availabilityZoneNames as string[] | undefined;
  const specs = (inputs.subnetSpecs as { type: string; cidrBlocks?: string[] }[] | undefined) ?? [
    { type: "Private" },
    { type: "Public" },
  ];
  const subnetLayout = specs.map(({ type, cidrBlocks }) => ({ type, cidrBlocks }));
  const names = zones ?? ["a", "b", "c"].map((letter) => region + letter);
  const ids = Object.fromEntries(
    TIERS.map((tier) => {
      const asked = specs.some(({ type }) => type.toLowerCase() === tier);
      const subnets = asked ? names.map((zone) => `subnet-${derived(`${urn}:${tier}:${zone}`, 17)}`) : [];
      return [`${tier}SubnetIds`, subnets];
    }),
  );
  const routeTableAssociations = Object.values(ids)
    .flat()
    .map((subnetId) => ({ subnetId, routeTableId: `rtb-${derived(`${urn}:${subnetId}`, 17)}` }));
  return { outputs: { vpcId, subnetLayout, routeTableAssociations, ...ids } };
};

/** EC2's ids are a prefix and 17 digits, and their ARNs end with them. */
const ec2 =
  (prefix: string, kind: string, key?: string): Answer =>
  ({ urn }, context: Context) => {
    const id = `${prefix}-${derived(urn, 17)}`;
    const outputs: PropertyMap = { arn: arn("ec2", context.region, `${kind}/${id}`) };
    if (key) outputs[key] = id;
    return { id, outputs };
  };

/** A network comes with a route table, an ACL and a security group of its own. */
const ownVpc: Answer = async (request, context) => {
  const { id, outputs } = await ec2("vpc", "vpc")(request, context);
  const part = (prefix: string) => `${prefix}-${derived(`${request.urn}:${prefix}`, 17)}`;
  const table = part("rtb");
  const parts = { defaultRouteTableId: table, mainRouteTableId: table, defaultNetworkAclId: part("acl") };
  return { id, outputs: { ...outputs, ...parts, defaultSecurityGroupId: part("sg") } };
};

/** Those of EC2 that also have a name. */
const namedEc2 =
  (prefix: string, kind: string, further: PropertyMap = {}): Answer =>
  async (request, context) => {
    const made = await ec2(prefix, kind)(request, context);
    const name = text(request.inputs, "name") ?? `${request.name}-${derived(request.urn, 7)}`;
    return { ...made, outputs: { ...made.outputs, name, ...further } };
  };

const groupRule = ec2("sgr", "security-group-rule", "securityGroupRuleId");

export const network: Record<string, Answer> = {
  "awsx:ec2:Vpc": vpc,
  "aws:ec2/vpc:Vpc": ownVpc,
  "aws:ec2/subnet:Subnet": ec2("subnet", "subnet"),
  "aws:ec2/securityGroup:SecurityGroup": namedEc2("sg", "security-group"),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ec2("sg", "security-group"),
  // Made once: each change of it would be a version more.
  "aws:ec2/launchTemplate:LaunchTemplate": namedEc2("lt", "launch-template", {
    latestVersion: 1,
    defaultVersion: 1,
  }),
  "aws:ec2/networkAcl:NetworkAcl": ec2("acl", "network-acl"),
  "aws:ec2/vpcEndpoint:VpcEndpoint": ec2("vpce", "vpc-endpoint"),
  "aws:ec2/flowLog:FlowLog": ec2("fl", "vpc-flow-log"),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": groupRule,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": groupRule,
};
