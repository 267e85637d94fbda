import assert from "node:assert/strict";
import { judgeBy, named, UNKNOWN } from "../pack.ts";

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
