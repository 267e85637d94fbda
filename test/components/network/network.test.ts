import assert from "node:assert/strict";
import { cacheClients, SERVICES } from "../../../config/index.ts";
import type { Graph } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

interface AclRule {
  protocol: string;
  fromPort: number;
  toPort: number;
  cidrBlock: string;
  action: string;
}

describe("network on the evaluated graph", () => {
  let dev: Graph;
  let prod: Graph;
  before(async () => {
    [dev, prod] = await Promise.all([graphOf("dev"), graphOf("prod")]);
  });

  it("lays out nine subnets, with one NAT gateway on dev, one a zone on prod", () => {
    const vpc = inputsOf(dev, "awsx:ec2:Vpc");
    assert.deepEqual(
      vpc.subnetSpecs.map(({ type, cidrBlocks }: { type: string; cidrBlocks: string[] }) => [
        type,
        ...cidrBlocks,
      ]),
      [
        ["Public", "10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"],
        ["Private", "10.0.11.0/24", "10.0.12.0/24", "10.0.13.0/24"],
        ["Isolated", "10.0.21.0/24", "10.0.22.0/24", "10.0.23.0/24"],
      ],
    );
    assert.equal(vpc.region, "ap-southeast-2");
    assert.deepEqual(
      vpc.availabilityZoneNames,
      ["a", "b", "c"].map((letter) => `ap-southeast-2${letter}`),
    );
    assert.deepEqual(vpc.natGateways, { strategy: "Single" });
    assert.deepEqual(inputsOf(prod, "awsx:ec2:Vpc").natGateways, { strategy: "OnePerAz" });
  });

  it("takes subnets of other ranges", async () => {
    const other = await graphOf(
      "dev",
      "trizone:cidr=10.9.0.0/20",
      'trizone:subnets={"public":["10.9.0.0/26","10.9.0.64/26","10.9.0.128/26"],"private":["10.9.4.0/24","10.9.5.0/24","10.9.6.0/24"],"isolated":["10.9.8.0/28","10.9.8.16/28","10.9.8.32/28"]}',
    );
    const { subnetSpecs, cidrBlock } = inputsOf(other, "awsx:ec2:Vpc");
    assert.deepEqual([cidrBlock, subnetSpecs[2].cidrBlocks[2]], ["10.9.0.0/20", "10.9.8.32/28"]);
  });

  it("reaches AWS's services without leaving: S3 from the private subnets' route tables, the others in each zone", () => {
    const [vpc] = ofType(dev, "awsx:ec2:Vpc");
    const privateSubnets = vpc?.outputs.privateSubnetIds as string[];
    const associations = vpc?.outputs.routeTableAssociations as { subnetId: string; routeTableId: string }[];
    const endpoints = ofType(dev, "aws:ec2/vpcEndpoint:VpcEndpoint").map(({ inputs }) => inputs);
    const [gateway] = endpoints.filter(({ vpcEndpointType }) => vpcEndpointType === "Gateway");
    assert.equal(gateway?.serviceName, "com.amazonaws.ap-southeast-2.s3");
    assert.deepEqual(
      gateway?.routeTableIds,
      privateSubnets.map((id) => associations.find(({ subnetId }) => subnetId === id)?.routeTableId),
    );
    const interfaces = endpoints.filter(({ vpcEndpointType }) => vpcEndpointType === "Interface");
    assert.deepEqual(
      interfaces
        .map(({ serviceName }) => String(serviceName).replace("com.amazonaws.ap-southeast-2.", ""))
        .sort(),
      ["ec2", "ecr.api", "ecr.dkr", "eks", "elasticloadbalancing", "kms", "logs", "secretsmanager", "sts"],
    );
    const [group] = ofType(dev, "aws:ec2/securityGroup:SecurityGroup").filter(
      ({ name }) => name === "network-endpoint",
    );
    for (const { subnetIds, securityGroupIds, privateDnsEnabled } of interfaces)
      assert.deepEqual([subnetIds, securityGroupIds, privateDnsEnabled], [privateSubnets, [group?.id], true]);
  });

  it("records every flow in an encrypted log group", () => {
    const flowLog = inputsOf(dev, "aws:ec2/flowLog:FlowLog");
    const [group] = ofType(dev, "aws:cloudwatch/logGroup:LogGroup").filter(
      ({ outputs }) => outputs.arn === flowLog.logDestination,
    );
    const [key] = ofType(dev, "aws:kms/key:Key").filter(({ name }) => name === "keys-logs-key");
    assert.deepEqual([flowLog.trafficType, flowLog.maxAggregationInterval], ["ALL", 60]);
    assert.equal(group?.inputs.kmsKeyId, key?.outputs.arn);
    const policy = inputsOf(dev, "aws:iam/rolePolicy:RolePolicy", "network-flow-logs-policy").policy;
    const [writing, listing] = JSON.parse(policy).Statement;
    assert.deepEqual(writing.Resource, [group?.outputs.arn, `${group?.outputs.arn}:*`]);
    // The five actions of the VPC User Guide; listing groups is for all of them.
    assert.deepEqual(
      [writing.Action, listing],
      [
        ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        { Effect: "Allow", Action: ["logs:DescribeLogGroups"], Resource: ["*"] },
      ],
    );
    const { assumeRolePolicy } = inputsOf(dev, "aws:iam/role:Role", "network-flow-logs-role");
    assert.deepEqual(JSON.parse(assumeRolePolicy).Statement[0].Condition, {
      StringEquals: { "aws:SourceAccount": "000000000000" },
      ArnLike: { "aws:SourceArn": "arn:aws:ec2:ap-southeast-2:000000000000:vpc-flow-log/*" },
    });
  });

  it("leaves the default security group without a rule", () => {
    const { ingress, egress, vpcId } = inputsOf(dev, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup");
    assert.deepEqual([ingress, egress], [undefined, undefined]);
    assert.match(vpcId, /^vpc-/);
  });

  it("names a source group in every rule, but for the public balancer's 443 and the redirect's 80", () => {
    const rules = ofType(dev, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").map(
      ({ inputs }) => inputs,
    );
    const open = rules.filter(({ referencedSecurityGroupId }) => !referencedSecurityGroupId);
    assert.deepEqual(open.map(({ fromPort, toPort }) => [fromPort, toPort]).sort(), [
      [443, 443],
      [80, 80],
    ]);
    const [balancer] = ofType(dev, "aws:ec2/securityGroup:SecurityGroup").filter(
      ({ name }) => name === "network-public-balancer",
    );
    assert.ok(open.every(({ securityGroupId }) => securityGroupId === balancer?.id));
    const to = (port: number) =>
      rules.filter(({ fromPort }) => fromPort === port).map(({ description }) => description);
    assert.deepEqual(to(5432), ["workload"]);
    // Until a service runs that speaks to Redis.
    assert.deepEqual(to(6379), cacheClients(SERVICES).length > 0 ? ["workload"] : []);
  });

  it("closes the isolated tier to all but the private one, both ways", () => {
    const acl = inputsOf(dev, "aws:ec2/networkAcl:NetworkAcl", "network-acls-isolated");
    const [vpc] = ofType(dev, "awsx:ec2:Vpc");
    assert.deepEqual(acl.subnetIds, vpc?.outputs.isolatedSubnetIds);
    const rules: AclRule[] = [...acl.ingress, ...acl.egress];
    assert.ok(
      rules.every(
        ({ cidrBlock, action }) => /^10\.0\.(1|2)[123]\.0\/24$/.test(cidrBlock) && action === "allow",
      ),
    );
    const entered = acl.ingress.filter(({ cidrBlock }: AclRule) => cidrBlock.startsWith("10.0.1"));
    assert.deepEqual([...new Set(entered.map(({ fromPort }: AclRule) => fromPort))].sort(), [5432, 6379]);
    for (const tier of ["public", "private", "isolated"]) {
      const { ingress, egress } = inputsOf(dev, "aws:ec2/networkAcl:NetworkAcl", `network-acls-${tier}`);
      for (const list of [ingress, egress]) {
        const numbers = list.map(({ ruleNo }: { ruleNo: number }) => ruleNo);
        assert.ok(
          new Set(numbers).size === numbers.length && numbers.length <= 20,
          "ACLs take 20 rules each way",
        );
      }
    }
  });
});
