import assert from "node:assert/strict";
import { inProduction, judgeBy, named } from "../pack.ts";

describe("policies on public balancers", () => {
  const arn = "arn:aws:elasticloadbalancing:ap-southeast-2:000000000000:loadbalancer/app/a/1";
  const group = named("public", "aws:ec2/securityGroup:SecurityGroup", { id: "sg-1" });
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

  it("leave to another stack what it has", async () => {
    const judge = judgeBy("world-meets-public-balancer");
    const reference = named("foundation", "pulumi:pulumi:StackReference", {});
    const given = { ...rule("sg-7"), propertyDependencies: { securityGroupId: [reference.urn] } };
    assert.deepEqual(await judge(given), []);
  });

  it("see plain text that another stack's balancer or a rule would serve", async () => {
    const judge = judgeBy("public-balancers-tls");
    const plain = { protocol: "HTTP", port: 80, defaultActions: [{ type: "forward" }] };
    const elsewhere = named("listener", "aws:lb/listener:Listener", {
      loadBalancerArn: "arn:other",
      ...plain,
    });
    assert.match((await judge(inProduction(elsewhere))).join(), /balancer that may be public/);
    const redirect = { type: "redirect", redirect: { protocol: "HTTPS" } };
    const http = named("http", "aws:lb/listener:Listener", {
      ...{ loadBalancerArn: arn, protocol: "HTTP", defaultActions: [redirect], arn: "arn:http" },
    });
    const rule = (actions: object[]) =>
      named("rule", "aws:lb/listenerRule:ListenerRule", { listenerArn: "arn:http", actions });
    const all = (actions: object[]) => [balancer, http, rule(actions)].map(inProduction);
    assert.deepEqual(await judge(...all([redirect])), []);
    assert.match((await judge(...all([{ type: "forward" }]))).join(), /rule .*doesn't redirect/);
    const made = inProduction(named("web", "awsx:lb:ApplicationLoadBalancer", {}));
    assert.match((await judge(made)).join(), /its default listener: it answers HTTP/);
  });

  it("may end TLS on a network balancer", async () => {
    const judge = judgeBy("public-balancers-tls");
    const network = { ...balancer, outputs: { ...balancer.outputs, loadBalancerType: "network" } };
    const listener = (sslPolicy: string) =>
      inProduction(
        named("tls", "aws:lb/listener:Listener", {
          loadBalancerArn: arn,
          protocol: "TLS",
          port: 443,
          sslPolicy,
        }),
      );
    assert.deepEqual(await judge(network, listener("ELBSecurityPolicy-TLS13-1-2-2021-06")), []);
    assert.match((await judge(network, listener("ELBSecurityPolicy-2016-08"))).join(), /sslPolicy is/);
  });

  it("serve TLS in production, and redirect to it", async () => {
    const judge = judgeBy("public-balancers-tls");
    const listener = (inputs: object) =>
      inProduction(named("listener", "aws:lb/listener:Listener", { loadBalancerArn: arn, ...inputs }));
    const redirect = { type: "redirect", redirect: { protocol: "HTTPS", port: "443" } };
    const served = (sslPolicy: string) => judge(balancer, listener({ protocol: "HTTPS", sslPolicy }));
    assert.deepEqual(await served("ELBSecurityPolicy-TLS13-1-3-2021-06"), []);
    assert.deepEqual(await served("ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"), []);
    assert.match(
      (await served("ELBSecurityPolicy-TLS13-1-2-2021-06")).join(),
      /listener .*sslPolicy is "ELBSecurityPolicy-TLS13-1-2-2021-06"/,
    );
    assert.deepEqual(await judge(balancer, listener({ protocol: "HTTP", defaultActions: [redirect] })), []);
    const plain = listener({ protocol: "HTTP", defaultActions: [{ type: "fixed-response" }] });
    assert.match(
      (await judge(balancer, plain)).join(),
      /listener .*it answers HTTP itself\. Give the balancer a certificate/,
    );
  });
});
