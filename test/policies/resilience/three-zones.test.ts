import assert from "node:assert/strict";
import { holds, judgeBy, named } from "../pack.ts";

const ZONES = ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"];

describe("policy three-zones", () => {
  const three = ["subnet-1", "subnet-2", "subnet-3"];
  for (const [type, key] of [
    ["aws:lb/loadBalancer:LoadBalancer", "subnets"],
    ["aws:rds/subnetGroup:SubnetGroup", "subnetIds"],
    ["aws:elasticache/subnetGroup:SubnetGroup", "subnetIds"],
  ] as const) {
    holds("three-zones", type, { [key]: three }, [
      [key, three.slice(1), new RegExp(`${key} has 2 of 3`)],
      [key, ["subnet-1", "subnet-1", "subnet-2"], new RegExp(`${key} has 2 of 3`)],
      [key, undefined, new RegExp(`${key}.* is unset`)],
    ]);
  }
  const vpc = {
    availabilityZoneNames: ["ap-southeast-2a", "ap-southeast-2b", "ap-southeast-2c"],
    subnetSpecs: [{ type: "Isolated", cidrBlocks: ["10.0.21.0/24", "10.0.22.0/24", "10.0.23.0/24"] }],
  };
  holds("three-zones", "awsx:ec2:Vpc", vpc, [
    ["availabilityZoneNames", vpc.availabilityZoneNames.slice(1), /availabilityZoneNames has 2 of 3/],
    ["subnetSpecs.0.cidrBlocks", ["10.0.21.0/24"], /subnetSpecs\[0\] \("Isolated"\)\.cidrBlocks has 1 of 3/],
  ]);
});

describe("policy three-zones-in-every-tier", () => {
  const judge = judgeBy("three-zones-in-every-tier");
  /** Subnets in these zones, whose route table leads to an internet gateway or nowhere; their names say nothing. */
  const tier = (name: string, zones: string[], gatewayId?: string) => {
    const routes = gatewayId ? [{ cidrBlock: "0.0.0.0/0", gatewayId }] : [];
    const table = named(`${name}-table`, "aws:ec2/routeTable:RouteTable", { id: `rtb-${name}`, routes });
    return zones.flatMap((availabilityZone, index) => {
      const id = `subnet-${name}-${index}`;
      return [
        table,
        named(`${name}${index}`, "aws:ec2/subnet:Subnet", { id, vpcId: "vpc-1", availabilityZone }),
        named(`${name}-${index}`, "aws:ec2/routeTableAssociation:RouteTableAssociation", {
          subnetId: id,
          routeTableId: `rtb-${name}`,
        }),
      ];
    });
  };
  const two = [ZONES[0] ?? "", ZONES[1] ?? "", ZONES[1] ?? ""];

  it("accepts tiers of three zones", async () => {
    assert.deepEqual(await judge(...tier("a", ZONES, "igw-1"), ...tier("b", ZONES)), []);
  });

  it("refuses a tier of two, though another has three", async () => {
    const [message = ""] = await judge(...tier("a", ZONES, "igw-1"), ...tier("b", two));
    assert.match(message, /b0 .*tier isolated of vpc-1 is in ap-southeast-2a, ap-southeast-2b\. Give/);
  });

  it("refuses a list of subnets of one zone, though its network has three", async () => {
    const subnets = tier("a", [...ZONES, ZONES[0] ?? "", ZONES[0] ?? ""]);
    const group = (numbers: number[]) =>
      named("group", "aws:rds/subnetGroup:SubnetGroup", {
        subnetIds: numbers.map((one) => `subnet-a-${one}`),
      });
    assert.deepEqual(await judge(...subnets, group([0, 1, 2])), []);
    assert.match((await judge(...subnets, group([0, 3, 4]))).join(), /group .*are in ap-southeast-2a alone/);
  });

  it("refuses a network that came out with two", async () => {
    const vpc = named("vpc", "awsx:ec2:Vpc", { privateSubnetIds: ["subnet-1", "subnet-2"] });
    assert.match((await judge(vpc)).join(), /vpc .*privateSubnetIds has 2 of 3/);
  });
});
