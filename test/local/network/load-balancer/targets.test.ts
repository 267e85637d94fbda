import assert from "node:assert/strict";
import { Agent } from "node:http";
import { ask, askMany, shares } from "../support/client.ts";
import { GROUP, INTERNAL } from "../support/graph.ts";
import { Stage } from "../support/stage.ts";

describe("targets", () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.open({ balancer: { idleTimeout: 10 } });
  });
  after(() => stage.close());

  const admin = (zone: string, path: string) => ask(stage.pod(zone).ports["9090"] ?? "", path);

  it("get no requests while their health checks fail, and get them again afterwards", async () => {
    await admin("b", "/health?sick");
    await stage.until(() =>
      stage.balancer().targets.some(({ zone, state }) => zone === "b" && state === "unhealthy"),
    );
    await stage.until(async () => !shares(await askMany(stage.publicHost, 12, 4)).b);
    assert.deepEqual(Object.keys(shares(await askMany(stage.publicHost, 60, 6))).sort(), ["a", "c"]);
    await admin("b", "/health?well");
    await stage.until(() => stage.targetsAre("healthy"));
    assert.ok(shares(await askMany(stage.publicHost, 60, 6)).b);
  });

  it("are all used when all are unhealthy: the load balancer fails open", async () => {
    for (const zone of ["a", "b", "c"]) await admin(zone, "/health?sick");
    await stage.until(() => stage.targetsAre("unhealthy"));
    const answers = await askMany(stage.publicHost, 60, 6);
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(Object.keys(shares(answers)).length, 3);
    for (const zone of ["a", "b", "c"]) await admin(zone, "/health?well");
    await stage.until(() => stage.targetsAre("healthy"));
  });

  it("are broken off when the deregistration delay is over", async () => {
    const before = stage.requests();
    const held = Promise.all(
      Array.from({ length: 6 }, () => ask(stage.publicHost, "/hold", { timeoutMs: 20_000 })),
    );
    await stage.until(() => stage.requests() >= before + 6);
    const begun = performance.now();
    await stage.mark({ ready: false }, () => true);
    const answers = await held;
    assert.ok(answers.every(({ status }) => status === 502));
    assert.ok(performance.now() - begun > 800, "before the delay was over");
    await stage.mark({ ready: true }, () => true);
    await stage.until(() => stage.targetsAre("healthy"));
  });

  it("are reached in every zone through the internal balancer of each zone", async () => {
    for (const zone of ["a", "b", "c"]) {
      const host = stage.network.lookup(zone)["127.0.0.1:4001"] ?? "";
      const agent = new Agent({ keepAlive: true, maxSockets: 2 });
      const answers = await askMany(host, 60, 2, { agent });
      agent.destroy();
      for (const share of Object.values(shares(answers))) assert.ok(share > 0.25 && share < 0.42);
    }
    await stage.until(() => {
      const { nodes, requests } = stage.balancer(INTERNAL);
      return (
        nodes.every((node) => node.requests === 60) && Object.values(requests).every((count) => count === 60)
      );
    });
  });
});

describe("targets of a group that lets them drain for long", () => {
  it("finish what they do while they drain, and get nothing new", async () => {
    const stage = await Stage.open({ group: { deregistrationDelay: 60 } });
    try {
      const held = Promise.all(
        Array.from({ length: 12 }, () => ask(stage.publicHost, "/hold", { timeoutMs: 30_000 })),
      );
      await stage.until(() => stage.requests() >= 12);
      await stage.mark({ terminating: true }, ({ zone }) => zone === "c");
      assert.equal(shares(await askMany(stage.publicHost, 60, 6)).c, undefined);
      for (const { ports } of stage.pods) await ask(ports["9090"] ?? "", "/release");
      const answers = await held;
      assert.ok(answers.every(({ status }) => status === 200));
      assert.ok(shares(answers).c);
    } finally {
      await stage.close();
    }
  });
});

describe("targets of a group without cross-zone", () => {
  it("get their own zone's requests only, and a zone without any leaves the balancer's name", async () => {
    const stage = await Stage.open({ group: { loadBalancingCrossZoneEnabled: "false" } });
    try {
      for (const zone of ["a", "b", "c"]) {
        const host = stage.network.lookup(zone)["127.0.0.1:4001"] ?? "";
        assert.deepEqual(shares(await askMany(host, 10, 1)), {
          [zone]: shares(await askMany(host, 10, 1))[zone],
        });
      }
      await stage.mark({ ready: false }, ({ zone }) => zone === "a");
      await stage.until(() => stage.inDns().join() === "b,c");
      const answers = await askMany(stage.publicHost, 30, 3);
      assert.ok(answers.every(({ status }) => status === 200));
    } finally {
      await stage.close();
    }
  });
});

describe("targets of several groups", () => {
  it("get the weights of their groups", async () => {
    const targetGroups = [
      { arn: GROUP, weight: 3 },
      { arn: "arn:none", weight: 1 },
    ];
    const stage = await Stage.open({ defaultAction: { type: "forward", forward: { targetGroups } } });
    try {
      const host = stage.network.lookup("a")["127.0.0.1:4001"] ?? "";
      const answers = await askMany(host, 40, 4);
      assert.equal(answers.filter(({ status }) => status === 503).length, 10);
      assert.equal(answers.filter(({ status }) => status === 200).length, 30);
    } finally {
      await stage.close();
    }
  });
});
