import assert from "node:assert/strict";
import { judgeBy, named, UNKNOWN } from "../pack.ts";

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
