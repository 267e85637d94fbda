import assert from "node:assert/strict";
import { holds, judgeBy, resource, UNKNOWN } from "../pack.ts";

describe("policy security-groups-closed", () => {
  const POLICY = "security-groups-closed";
  const rule = { cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 443, toPort: 443 };
  holds(POLICY, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", rule, [
    ["fromPort", 0, /ports 0 to 443 are open to the world/],
    ["ipProtocol", "-1", /every port is open to the world/],
    ["ipProtocol", "udp", /open to the world/],
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

  it("has no opinion on what may be sent out", async () => {
    const out = resource("aws:ec2/securityGroupRule:SecurityGroupRule", { ...ssh, type: "egress" });
    assert.deepEqual(await judgeBy(POLICY)(out), []);
  });
});
