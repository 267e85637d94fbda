import { parseCidr } from "../../../config/index.ts";
import {
  arnOf,
  ascending,
  between,
  CIDR,
  characters,
  document,
  ec2Id,
  exactlyOne,
  isKnown,
  type JointRule,
  matches,
  oneOf,
  PORT,
  type Rule,
  type Table,
  unless,
} from "./rule.ts";

const API = "Amazon EC2 API Reference 2016-11-15";

/** The characters that EC2 takes in a security group's texts. */
const DESCRIPTION: Rule[] = [
  characters(0, 255),
  matches(
    /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/,
    "ASCII letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*",
  ),
];

const PROTOCOL = matches(
  /^(-1|tcp|udp|icmp|icmpv6|\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/,
  "tcp, udp, icmp, icmpv6, a protocol's number, or -1 for all",
);

/** VPCs and their subnets have 16 to 65,536 addresses. */
const BLOCK: Rule[] = [
  CIDR,
  {
    expects: "a block of /16 to /28",
    holds: (value) => typeof value !== "string" || between(16, 28).holds(value.split("/")[1]),
  },
  {
    expects: "the first address of the block",
    holds: (value) => typeof value !== "string" || !CIDR.holds(value) || parseCidr(value) !== undefined,
  },
];

const RULE_PORT: Rule = {
  expects: "-1 or a port",
  holds: (value) => Number(value) === -1 || PORT.holds(value),
};

/** One rule of a security group, in or out. */
function securityGroupRule(action: string) {
  const together: JointRule[] = [
    ascending("fromPort", "fromPort", "toPort"),
    exactlyOne("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"),
    {
      path: "fromPort",
      expects: "fromPort and toPort for tcp and udp, and neither for all protocols",
      holds: ({ ipProtocol, fromPort, toPort }) =>
        !isKnown(ipProtocol) ||
        (["tcp", "udp"].includes(String(ipProtocol))
          ? fromPort !== undefined && toPort !== undefined
          : ipProtocol !== "-1" || [fromPort, toPort].every((port) => port === undefined || port === -1)),
    },
  ];
  return {
    source: `${API}, ${action} and IpPermission`,
    properties: {
      securityGroupId: ec2Id("sg"),
      referencedSecurityGroupId: matches(/^(\d{12}\/)?sg-[0-9a-f]+$/, "an id such as sg-0123456789abcdef0"),
      description: DESCRIPTION,
      ipProtocol: PROTOCOL,
      fromPort: RULE_PORT,
      toPort: RULE_PORT,
      cidrIpv4: CIDR,
    },
    together,
  };
}

function aclEntries(direction: string): Record<string, Rule | Rule[]> {
  return {
    [`${direction}[].action`]: oneOf("allow", "deny"),
    [`${direction}[].ruleNo`]: between(1, 32766),
    [`${direction}[].protocol`]: matches(
      /^(-1|all|tcp|udp|icmp|\d{1,3})$/,
      "a protocol's name or number, or -1",
    ),
    [`${direction}[].fromPort`]: PORT,
    [`${direction}[].toPort`]: PORT,
    [`${direction}[].cidrBlock`]: CIDR,
  };
}

function distinctRuleNumbers(direction: string): JointRule {
  return {
    path: direction,
    expects: "a ruleNo of its own for each entry",
    holds: ({ [direction]: entries }) => {
      if (!Array.isArray(entries)) return true;
      const given = entries.map((entry) => entry?.ruleNo);
      return new Set(given).size === given.length;
    },
  };
}

/** The entries of a security group that stand in the group itself. */
function groupEntries(direction: string): Record<string, Rule | Rule[]> {
  return {
    [`${direction}[].protocol`]: PROTOCOL,
    [`${direction}[].fromPort`]: RULE_PORT,
    [`${direction}[].toPort`]: RULE_PORT,
    [`${direction}[].cidrBlocks[]`]: CIDR,
    [`${direction}[].description`]: DESCRIPTION,
  };
}

export const network: Table = {
  "aws:ec2/securityGroup:SecurityGroup": {
    source: `${API}, CreateSecurityGroup`,
    automatic: { property: "name" },
    properties: {
      name: [...DESCRIPTION, characters(1, 255), unless(/^sg-/i, "a name that doesn't begin with sg-")],
      description: [...DESCRIPTION, characters(1, 255)],
      vpcId: ec2Id("vpc"),
      ...groupEntries("ingress"),
      ...groupEntries("egress"),
    },
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    source: `${API}, AuthorizeSecurityGroupIngress`,
    properties: { vpcId: ec2Id("vpc"), ...groupEntries("ingress"), ...groupEntries("egress") },
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule(
    "AuthorizeSecurityGroupIngress",
  ),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule(
    "AuthorizeSecurityGroupEgress",
  ),
  "aws:ec2/networkAcl:NetworkAcl": {
    source: `${API}, CreateNetworkAclEntry`,
    properties: {
      vpcId: ec2Id("vpc"),
      "subnetIds[]": ec2Id("subnet"),
      ...aclEntries("ingress"),
      ...aclEntries("egress"),
    },
    together: [distinctRuleNumbers("ingress"), distinctRuleNumbers("egress")],
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    source: `${API}, CreateVpcEndpoint`,
    properties: {
      vpcEndpointType: oneOf("Interface", "Gateway", "GatewayLoadBalancer", "Resource", "ServiceNetwork"),
      serviceName: matches(
        /^(com|cn\.com)\.amazonaws\.[a-z0-9.-]+$|^aws\.[a-z0-9.-]+$/,
        "a service such as com.amazonaws.ap-southeast-2.ec2",
      ),
      ipAddressType: oneOf("ipv4", "dualstack", "ipv6"),
      vpcId: ec2Id("vpc"),
      "subnetIds[]": ec2Id("subnet"),
      "securityGroupIds[]": ec2Id("sg"),
      "routeTableIds[]": ec2Id("rtb"),
      policy: document(20480),
    },
    together: [
      {
        path: "vpcEndpointType",
        expects:
          "routeTableIds for a gateway endpoint, subnetIds and securityGroupIds for an interface endpoint",
        holds: ({ vpcEndpointType = "Gateway", routeTableIds, subnetIds, securityGroupIds }) => {
          if (vpcEndpointType === "Gateway") return subnetIds === undefined && securityGroupIds === undefined;
          return vpcEndpointType !== "Interface" || routeTableIds === undefined;
        },
      },
    ],
  },
  "aws:ec2/flowLog:FlowLog": {
    source: `${API}, CreateFlowLogs`,
    properties: {
      trafficType: oneOf("ACCEPT", "REJECT", "ALL"),
      logDestinationType: oneOf("cloud-watch-logs", "s3", "kinesis-data-firehose"),
      maxAggregationInterval: oneOf(60, 600),
      iamRoleArn: arnOf("iam", "role/"),
      vpcId: ec2Id("vpc"),
    },
    together: [
      exactlyOne("vpcId", "subnetId", "eniId", "transitGatewayId", "transitGatewayAttachmentId"),
      {
        path: "iamRoleArn",
        expects: "a role where the destination is cloud-watch-logs",
        holds: ({ logDestinationType = "cloud-watch-logs", iamRoleArn }) =>
          logDestinationType !== "cloud-watch-logs" || iamRoleArn !== undefined,
      },
    ],
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    source: `${API}, CreateLaunchTemplate and RequestLaunchTemplateData`,
    automatic: { property: "name" },
    properties: {
      name: [characters(3, 128), matches(/^[a-zA-Z0-9().\-/_]*$/, "letters, digits and ().-/_")],
      description: characters(0, 255),
      "metadataOptions.httpTokens": oneOf("optional", "required"),
      "metadataOptions.httpEndpoint": oneOf("enabled", "disabled"),
      "metadataOptions.instanceMetadataTags": oneOf("enabled", "disabled"),
      "metadataOptions.httpPutResponseHopLimit": between(1, 64),
      "blockDeviceMappings[].ebs.volumeType": oneOf("standard", "gp2", "gp3", "io1", "io2", "st1", "sc1"),
      "blockDeviceMappings[].ebs.volumeSize": between(1, 65536),
      "tagSpecifications[].resourceType": oneOf(
        ...["instance", "volume", "network-interface", "spot-instances-request", "elastic-gpu"],
      ),
    },
  },
  "aws:ec2/vpc:Vpc": {
    source: `${API}, CreateVpc`,
    properties: { cidrBlock: BLOCK, instanceTenancy: oneOf("default", "dedicated") },
  },
  "aws:ec2/subnet:Subnet": {
    source: `${API}, CreateSubnet`,
    properties: { cidrBlock: BLOCK, vpcId: ec2Id("vpc") },
  },
  "awsx:ec2:Vpc": {
    source: `${API}, CreateVpc and CreateSubnet; awsx, ec2.Vpc`,
    properties: {
      cidrBlock: BLOCK,
      instanceTenancy: oneOf("default", "dedicated"),
      subnetStrategy: oneOf("Legacy", "Auto", "Exact"),
      "natGateways.strategy": oneOf("None", "Single", "OnePerAz"),
      "subnetSpecs[].type": oneOf("Public", "Private", "Isolated", "Unused"),
      "subnetSpecs[].cidrMask": between(16, 28),
      "subnetSpecs[].cidrBlocks[]": BLOCK,
      "availabilityZoneNames[]": matches(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, "a zone such as ap-southeast-2a"),
    },
  },
};
