import assert from "node:assert/strict";
import { cacheClients, SERVICES } from "../../../config/index.ts";
import { type Graph, reveal } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

interface AclRule {
  protocol: string;
  fromPort: number;
  toPort: number;
  cidrBlock: string;
  action: string;
}

interface Statement {
  Action: string | string[];
  Resource: string;
  Condition?: { StringEquals: Record<string, string> };
}

/** Whether an endpoint's policy lets a request through; no principal is a request without credentials. */
function allowed(
  { Statement: statements }: { Statement: Statement[] },
  request: { principal: string | undefined; owner: string; action: string; resource: string },
): boolean {
  const context: Record<string, string | undefined> = {
    "aws:PrincipalAccount": request.principal,
    "aws:ResourceAccount": request.owner,
  };
  const matches = (pattern: string, value: string) =>
    pattern.endsWith("*") ? value.startsWith(pattern.slice(0, -1)) : pattern === value;
  return statements.some(
    ({ Action, Resource, Condition }) =>
      [Action].flat().some((action) => matches(action, request.action)) &&
      matches(Resource, request.resource) &&
      Object.entries(Condition?.StringEquals ?? {}).every(([key, value]) => context[key] === value),
  );
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
      [
        ...["aps-workspaces", "autoscaling", "ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth"],
        ...[
          "elasticache",
          "elasticloadbalancing",
          "kms",
          "logs",
          "rds",
          "secretsmanager",
          "sns",
          "sts",
          "xray",
        ],
      ],
    );
    const [group] = ofType(dev, "aws:ec2/securityGroup:SecurityGroup").filter(
      ({ name }) => name === "network-endpoint",
    );
    for (const { subnetIds, securityGroupIds, privateDnsEnabled } of interfaces)
      assert.deepEqual([subnetIds, securityGroupIds, privateDnsEnabled], [privateSubnets, [group?.id], true]);
  });

  it("has an endpoint for every service of AWS that a pod's role may call, but for one that has none", () => {
    // Whether AWS offers one for zonal shifts is documented nowhere; the guard's calls, signed and without data, go by NAT.
    const byNat = ["arc-zonal-shift"];
    const endpoints = ofType(prod, "aws:ec2/vpcEndpoint:VpcEndpoint").map(({ inputs }) =>
      String(inputs.serviceName).replace("com.amazonaws.ap-southeast-2.", ""),
    );
    const named: Record<string, string> = { aps: "aps-workspaces" };
    const podRoles = ofType(prod, "aws:iam/role:Role").filter(({ inputs }) =>
      String(inputs.assumeRolePolicy).includes("pods.eks.amazonaws.com"),
    );
    assert.ok(podRoles.length > 5);
    const called = ofType(prod, "aws:iam/rolePolicy:RolePolicy")
      .filter(({ inputs }) => podRoles.some(({ outputs }) => outputs.name === inputs.role))
      .flatMap(({ inputs }) => JSON.parse(reveal<string>(inputs.policy)).Statement as Statement[])
      .flatMap(({ Action }) => [Action].flat().map((action) => action.split(":")[0] ?? ""));
    assert.deepEqual([...new Set(called.filter((name) => !endpoints.includes(named[name] ?? name)))], byNat);
  });

  it("binds every endpoint to the account's roles, and those that carry data to the account's data", () => {
    const [account, stranger] = ["000000000000", "999999999999"];
    for (const { inputs } of ofType(prod, "aws:ec2/vpcEndpoint:VpcEndpoint")) {
      const service = String(inputs.serviceName).split(".").slice(3).join(".");
      const may = (principal: string | undefined, owner: string, action = "s3:PutObject", resource = "") =>
        allowed(JSON.parse(inputs.policy as string), { principal, owner, action, resource });
      assert.equal(may(account, account), true, service);
      assert.deepEqual([may(stranger, stranger), may(undefined, stranger)], [false, false], service);
      const data = [
        "s3",
        "secretsmanager",
        "kms",
        "logs",
        "aps-workspaces",
        "sns",
        "elasticache",
        "rds",
      ].includes(service);
      assert.equal(may(account, stranger), !data, service);
      if (service !== "s3") continue;
      for (const bucket of [
        "prod-ap-southeast-2-starport-layer-bucket",
        "al2023-repos-ap-southeast-2-de612dc2",
      ]) {
        const object = `arn:aws:s3:::${bucket}/layer`;
        assert.equal(may(undefined, stranger, "s3:GetObject", object), true, bucket);
        assert.equal(may(account, stranger, "s3:PutObject", object), false, bucket);
      }
    }
  });

  it("lets a runner reach the cluster's API and the endpoints of AWS, and nothing else", () => {
    const [runner] = ofType(prod, "aws:ec2/securityGroup:SecurityGroup").filter(
      ({ name }) => name === "network-runner",
    );
    assert.equal(reveal(prod.outputs.runnerSecurityGroupId), runner?.id);
    const [cluster] = ofType(prod, "eks:index:Cluster");
    const [endpoint] = ofType(prod, "aws:ec2/securityGroup:SecurityGroup").filter(
      ({ name }) => name === "network-endpoint",
    );
    const targets = [cluster?.outputs.clusterSecurityGroupId, endpoint?.id].sort();
    const rules = (type: string, key: string) =>
      ofType(prod, type).filter(({ inputs }) => inputs[key] === runner?.id);
    const out = rules("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "securityGroupId");
    const into = rules(
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      "referencedSecurityGroupId",
    );
    assert.deepEqual(out.map(({ inputs }) => inputs.referencedSecurityGroupId).sort(), targets);
    assert.deepEqual(into.map(({ inputs }) => inputs.securityGroupId).sort(), targets);
    for (const { inputs } of [...out, ...into])
      assert.deepEqual([inputs.fromPort, inputs.toPort, inputs.ipProtocol], [443, 443, "tcp"]);
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
