import assert from "node:assert/strict";
import type { Resource } from "../../engine/index.ts";
import { inProduction, judgeBy, resource, UNKNOWN } from "./pack.ts";

/** A resource by name, with the URNs that a property's value came from. */
function named(name: string, type: string, inputs: object, from: Record<string, Resource[]> = {}): Resource {
  const propertyDependencies = Object.fromEntries(
    Object.entries(from).map(([key, sources]) => [key, sources.map(({ urn }) => urn)]),
  );
  return resource(type, { ...inputs }, { name, propertyDependencies });
}

const ZONES = ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"];

describe("policy buckets-guarded", () => {
  const judge = judgeBy("buckets-guarded");
  const bucket = named("models", "aws:s3/bucket:Bucket", {
    bucket: "models-1",
    arn: "arn:aws:s3:::models-1",
  });
  const deny = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: "*",
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  const policy = (statement: object) =>
    named("policy", "aws:s3/bucketPolicy:BucketPolicy", {
      bucket: "models-1",
      policy: JSON.stringify({ Statement: [statement] }),
    });
  const block = named("block", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {
    bucket: "models-1",
  });
  const encryption = named(
    "encryption",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    { bucket: UNKNOWN },
    { bucket: [bucket] },
  );

  it("accepts a bucket with its guards, by name or by where their values come from", async () => {
    assert.deepEqual(await judge(bucket, block, encryption, policy(deny)), []);
  });

  it("refuses one without them", async () => {
    const cases: [Resource[], RegExp][] = [
      [[encryption, policy(deny)], /models .*is not guarded: it has no BucketPublicAccessBlock\. Declare/],
      [[block, policy(deny)], /no BucketServerSideEncryptionConfiguration/],
      [[block, encryption], /no BucketPolicy denies/],
      [[block, encryption, policy({ ...deny, Effect: "Allow" })], /no BucketPolicy denies/],
      [
        [block, encryption, policy({ ...deny, Condition: { Bool: { "aws:SecureTransport": "true" } } })],
        /no BucketPolicy/,
      ],
      [
        [{ ...block, inputs: { bucket: "b" }, outputs: { bucket: "b" } }, encryption],
        /no BucketPublicAccess/,
      ],
    ];
    for (const [guards, reason] of cases) assert.match((await judge(bucket, ...guards)).join(), reason);
  });

  it("refuses copies to a bucket that it doesn't know", async () => {
    const replication = (to: string) =>
      named("copies", "aws:s3/bucketReplicationConfig:BucketReplicationConfig", {
        bucket: "models-1",
        rules: [{ destination: { bucket: to } }],
      });
    const whole = [bucket, block, encryption, policy(deny)];
    assert.deepEqual(await judge(...whole, replication("arn:aws:s3:::models-1")), []);
    const [message = ""] = await judge(...whole, replication("arn:aws:s3:::elsewhere"));
    assert.match(message, /copies .*rules\[0\] copies to a bucket that this stack doesn't have/);
  });
});

describe("policy three-zones-in-every-tier", () => {
  const judge = judgeBy("three-zones-in-every-tier");
  const subnet = (tier: string, zone: string, index: number) =>
    named(`vpc-${tier}-${index + 1}`, "aws:ec2/subnet:Subnet", { availabilityZone: zone });
  const tier = (name: string, zones: string[]) => zones.map((zone, index) => subnet(name, zone, index));

  it("accepts tiers of three zones", async () => {
    assert.deepEqual(await judge(...tier("public", ZONES), ...tier("isolated", ZONES)), []);
  });

  it("refuses a tier of two, though another has three", async () => {
    const two = [ZONES[0] ?? "", ZONES[1] ?? "", ZONES[1] ?? ""];
    const [message = ""] = await judge(...tier("public", ZONES), ...tier("isolated", two));
    assert.match(message, /vpc-isolated-1 .*tier vpc-isolated is in ap-southeast-2a, ap-southeast-2b\. Give/);
  });

  it("refuses a network that came out with two", async () => {
    const vpc = named("vpc", "awsx:ec2:Vpc", { privateSubnetIds: ["subnet-1", "subnet-2"] });
    assert.match((await judge(vpc)).join(), /vpc .*privateSubnetIds has 2 of 3/);
  });
});

describe("policy node-groups-in-every-zone", () => {
  const judge = judgeBy("node-groups-in-every-zone");
  const subnets = ["subnet-1", "subnet-2", "subnet-3"];
  const vpc = named("vpc", "awsx:ec2:Vpc", { privateSubnetIds: subnets });
  const group = (name: string, subnetIds: unknown) =>
    named(name, "eks:index:ManagedNodeGroup", { subnetIds });

  it("accepts a group a zone", async () => {
    assert.deepEqual(await judge(vpc, ...subnets.map((id) => group(`in-${id}`, [id]))), []);
    assert.deepEqual(await judge(vpc, group("a", UNKNOWN)), []);
  });

  it("refuses a zone without, and a group over two", async () => {
    const two = subnets.slice(1).map((id) => group(`in-${id}`, [id]));
    assert.match((await judge(vpc, ...two)).join(), /vpc .*no node group is in subnet-1/);
    assert.match((await judge(vpc, group("wide", subnets))).join(), /wide .*it is in 3 subnets/);
  });
});

describe("policy autoshift-configured", () => {
  const judge = judgeBy("autoshift-configured");
  const arn = "arn:aws:elasticloadbalancing:ap-southeast-2:000000000000:loadbalancer/app/a/1";
  const balancer = named("alb", "aws:lb/loadBalancer:LoadBalancer", { enableZonalShift: true, arn });
  const configuration = (inputs: object, from = {}) =>
    named(
      "autoshift",
      "aws:arczonalshift/zonalAutoshiftConfiguration:ZonalAutoshiftConfiguration",
      inputs,
      from,
    );

  it("accepts a balancer with its configuration, and one that doesn't take part", async () => {
    assert.deepEqual(await judge(balancer, configuration({ resourceArn: arn })), []);
    const unknown = configuration({ resourceArn: UNKNOWN }, { resourceArn: [balancer] });
    assert.deepEqual(await judge(balancer, unknown), []);
    assert.deepEqual(await judge(named("alb", "aws:lb/loadBalancer:LoadBalancer", {})), []);
  });

  it("refuses one without, or with another's", async () => {
    for (const other of [[], [configuration({ resourceArn: `${arn}0` })]]) {
      assert.match((await judge(balancer, ...other)).join(), /alb .*no ZonalAutoshiftConfiguration names it/);
    }
  });
});

describe("policy database-tier-isolated", () => {
  const judge = judgeBy("database-tier-isolated");
  const subnet = named("vpc-isolated-1", "aws:ec2/subnet:Subnet", { id: "subnet-1" });
  const group = named("database-subnets", "aws:rds/subnetGroup:SubnetGroup", { subnetIds: ["subnet-1"] });
  const table = named("table", "aws:ec2/routeTable:RouteTable", { id: "rtb-1" });
  const association = named(
    "association",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    { subnetId: "subnet-1", routeTableId: UNKNOWN },
    { routeTableId: [table] },
  );
  const route = (inputs: object) => named("out", "aws:ec2/route:Route", { routeTableId: "rtb-1", ...inputs });
  const tier = [subnet, group, table, association];

  it("accepts routes that stay inside", async () => {
    assert.deepEqual(
      await judge(...tier, route({ destinationCidrBlock: "10.0.0.0/8", gatewayId: "vgw-1" })),
      [],
    );
  });

  it("refuses a default route, in whatever form", async () => {
    const ways = [
      { destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-1" },
      { destinationCidrBlock: "0.0.0.0/0", natGatewayId: UNKNOWN },
      { destinationIpv6CidrBlock: "::/0", egressOnlyGatewayId: "eigw-1" },
      { destinationCidrBlock: "128.0.0.0/1", transitGatewayId: "tgw-1" },
      { destinationCidrBlock: "0.0.0.0/0", networkInterfaceId: "eni-1" },
      { destinationCidrBlock: UNKNOWN, vpcPeeringConnectionId: "pcx-1" },
    ];
    for (const way of ways) {
      const messages = (await judge(...tier, route(way))).join();
      assert.match(messages, /database-subnets .*out leads out of its subnet vpc-isolated-1\. Put/);
    }
    const inline = { id: "rtb-1", routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: "nat-1" }] };
    const open = { ...table, inputs: inline, outputs: inline };
    assert.match((await judge(subnet, group, open, association)).join(), /table leads out of its subnet/);
  });

  it("refuses a network's private subnets", async () => {
    const vpc = (privateSubnetIds: string[], isolatedSubnetIds: string[]) =>
      named("vpc", "awsx:ec2:Vpc", { publicSubnetIds: [], privateSubnetIds, isolatedSubnetIds });
    assert.deepEqual(await judge(group, vpc(["subnet-2"], ["subnet-1"])), []);
    assert.match((await judge(group, vpc(["subnet-1"], []))).join(), /it has private subnets of vpc/);
  });
});

describe("policies on public balancers", () => {
  const arn = "arn:aws:elasticloadbalancing:ap-southeast-2:000000000000:loadbalancer/app/a/1";
  const group = named("door", "aws:ec2/securityGroup:SecurityGroup", { id: "sg-1" });
  const inner = named("inner", "aws:ec2/securityGroup:SecurityGroup", { id: "sg-2" });
  const balancer = named("alb", "aws:lb/loadBalancer:LoadBalancer", {
    internal: false,
    securityGroups: ["sg-1"],
    arn,
  });
  const rule = (securityGroupId: string) =>
    named("rule", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
      securityGroupId,
      ...{ cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 443, toPort: 443 },
    });

  it("let the world in at the public balancer's group only", async () => {
    const judge = judgeBy("world-meets-public-balancer");
    assert.deepEqual(await judge(group, inner, balancer, rule("sg-1")), []);
    for (const messages of [
      await judge(group, inner, balancer, rule("sg-2")),
      await judge(group, inner, rule("sg-1")),
      await judge(group, { ...balancer, outputs: { ...balancer.outputs, internal: true } }, rule("sg-1")),
      await judge(rule("sg-9")),
    ]) {
      assert.match(messages.join(), /rule .*its group is not that of a public load balancer\. Name/);
    }
  });

  it("serve TLS in production, and redirect to it", async () => {
    const judge = judgeBy("public-balancers-tls");
    const listener = (inputs: object) =>
      inProduction(named("listener", "aws:lb/listener:Listener", { loadBalancerArn: arn, ...inputs }));
    const redirect = { type: "redirect", redirect: { protocol: "HTTPS", port: "443" } };
    assert.deepEqual(await judge(balancer, listener({ protocol: "HTTPS" })), []);
    assert.deepEqual(await judge(balancer, listener({ protocol: "HTTP", defaultActions: [redirect] })), []);
    const plain = listener({ protocol: "HTTP", defaultActions: [{ type: "fixed-response" }] });
    assert.match(
      (await judge(balancer, plain)).join(),
      /listener .*it answers HTTP itself\. Set trizone:domain/,
    );
  });
});
