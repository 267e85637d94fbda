import assert from "node:assert/strict";
import { judgeBy, named, resource, UNKNOWN } from "../pack.ts";

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

  it("judges a cluster too, by its own setting", async () => {
    const eks = "arn:aws:eks:ap-southeast-2:000000000000:cluster/a";
    const cluster = (enabled: boolean) =>
      named("cluster", "aws:eks/cluster:Cluster", { arn: eks, zonalShiftConfig: { enabled } });
    assert.deepEqual(await judge(cluster(true), configuration({ resourceArn: eks })), []);
    assert.deepEqual(await judge(cluster(false)), []);
    assert.match((await judge(cluster(true))).join(), /cluster .*no ZonalAutoshiftConfiguration names it/);
  });

  it("knows a cluster by the component that made it while a preview doesn't know its ARN", async () => {
    const component = resource("eks:index:Cluster", {}, { name: "eks", custom: false, remote: true });
    const inputs = { arn: UNKNOWN, zonalShiftConfig: { enabled: true } };
    const cluster = resource("aws:eks/cluster:Cluster", inputs, {
      name: "eks-cluster",
      parent: component.urn,
    });
    const of = (made: typeof component, resourceArn: unknown = UNKNOWN) =>
      configuration({ resourceArn }, { resourceArn: [made] });
    assert.deepEqual(await judge(component, cluster, of(component)), []);
    const other = resource("eks:index:Cluster", {}, { name: "other", custom: false, remote: true });
    for (const wrong of [of(other), of(component, `${arn}0`)]) {
      assert.match((await judge(component, other, cluster, wrong)).join(), /no ZonalAutoshiftConfiguration/);
    }
  });

  it("refuses one without, or with another's", async () => {
    for (const other of [[], [configuration({ resourceArn: `${arn}0` })]]) {
      assert.match((await judge(balancer, ...other)).join(), /alb .*no ZonalAutoshiftConfiguration names it/);
    }
  });
});
