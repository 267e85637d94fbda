import assert from "node:assert/strict";
import { holds, judgeBy, named, resource, UNKNOWN } from "../pack.ts";

const RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

describe("policy security-groups-closed", () => {
  const POLICY = "security-groups-closed";
  const judge = judgeBy(POLICY);
  const rule = { cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 443, toPort: 443 };
  holds(POLICY, RULE, rule, [
    ["fromPort", 0, /ports 0 to 443 are open to the world/],
    ["ipProtocol", "-1", /every port is open to the world/],
    ["ipProtocol", "sctp", /open to the world/],
    ["toPort", UNKNOWN, /ports 443 to not known/],
  ]);
  const ssh = { ...rule, fromPort: 22, toPort: 22 };
  for (const [range, narrow] of [
    ["0.0.0.0/0", "10.0.0.0/16"],
    ["128.0.0.0/1", "203.0.113.7/32"],
  ]) {
    holds(
      POLICY,
      "aws:ec2/securityGroupRule:SecurityGroupRule",
      { ...ssh, cidrIpv4: undefined, type: "ingress", cidrBlocks: [narrow] },
      [
        ["cidrBlocks.0", range, /ports 22 to 22/],
        ["ipv6CidrBlocks", ["::/0"], /ports 22 to 22/],
      ],
    );
  }
  holds(POLICY, "aws:ec2/securityGroup:SecurityGroup", { ingress: [rule] }, [
    ["ingress.0.toPort", 65_535, /ingress\[0\]: ports 443 to 65535/],
  ]);
  holds(POLICY, RULE, { ...rule, ipProtocol: "udp" }, [["fromPort", 80, /ports 80 to 443/]]);
  holds(POLICY, RULE, { ...rule, ipProtocol: "icmp", fromPort: 3, toPort: 4 }, [
    ["fromPort", 8, /open to the world/],
  ]);

  it("has no opinion on what may be sent out", async () => {
    const out = resource("aws:ec2/securityGroupRule:SecurityGroupRule", { ...ssh, type: "egress" });
    assert.deepEqual(await judge(out), []);
  });

  it("sees ranges of several rules that together are the world", async () => {
    const part = (name: string, cidrIpv4: string) =>
      named(name, RULE, { ...ssh, cidrIpv4, securityGroupId: "sg-1" });
    const parts = [part("one", "11.0.0.0/8"), part("two", "12.0.0.0/8")];
    assert.equal((await judge(...parts)).length, 2);
    assert.deepEqual(await judge(...parts.slice(1)), []);
  });

  it("looks into the stack's own prefix lists, and takes no other on trust", async () => {
    const list = (cidr: string) =>
      named("office", "aws:ec2/managedPrefixList:ManagedPrefixList", { id: "pl-1", entries: [{ cidr }] });
    const byList = named("rule", RULE, { ...ssh, cidrIpv4: undefined, prefixListId: "pl-1" });
    assert.deepEqual(await judge(list("203.0.113.0/24"), byList), []);
    assert.match((await judge(list("0.0.0.0/0"), byList)).join(), /ports 22 to 22/);
    assert.match((await judge(byList)).join(), /ports 22 to 22/);
    const entry = named("entry", "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry", {
      prefixListId: "pl-1",
      cidr: "::/0",
    });
    assert.match((await judge(list("203.0.113.0/24"), entry, byList)).join(), /ports 22 to 22/);
  });
});
