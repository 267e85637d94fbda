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
