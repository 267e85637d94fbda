import assert from "node:assert/strict";
import { judgeBy, named, UNKNOWN } from "../pack.ts";

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
