import assert from "node:assert/strict";
import { Agent } from "node:http";
import { ask, askMany, shares } from "./support/client.ts";
import { CLUSTER, INTERNAL, PUBLIC } from "./support/graph.ts";
import { Stage } from "./support/stage.ts";

const away = (zone: string) => ({ a: 1, b: 1, c: 1, [zone]: 0 });

describe("a zonal shift", () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.open();
  });
  after(() => stage.close());
  afterEach(async () => {
    await stage.apply({ weights: {} });
    await stage.mark({ ready: true }, () => true);
    await stage.until(() => stage.inDns().length === 3 && stage.targetsAre("healthy"));
  });

  it("keeps new requests out of the zone, also those on open connections, and brings them back", async () => {
    const agents = Array.from({ length: 6 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    await Promise.all(agents.map((agent) => ask(stage.publicHost, "/", { agent })));
    await stage.apply({ weights: { [PUBLIC]: away("c") } });
    const kept = await Promise.all(agents.map((agent) => ask(stage.publicHost, "/", { agent })));
    assert.equal(shares(kept).c, undefined);
    // Those that came by the node of zone c get their connection closed, so that they connect anew.
    assert.ok(kept.some(({ headers }) => headers.connection === "close"));
    const fresh = await askMany(stage.publicHost, 90, 9);
    assert.equal(shares(fresh).c, undefined);
    for (const share of Object.values(shares(fresh))) assert.ok(share > 0.4);
    assert.deepEqual(stage.inDns(), ["a", "b"]);
    assert.ok(stage.balancer().targets.every(({ zone, weight }) => weight === (zone === "c" ? 0 : 1)));
    for (const agent of agents) agent.destroy();

    await stage.apply({ weights: {} });
    assert.equal(Object.keys(shares(await askMany(stage.publicHost, 60, 6))).length, 3);
  });

  it("that is over lets the zone's share grow", async () => {
    await stage.apply({ weights: { [PUBLIC]: { a: 1, b: 1, c: 0.25 } } });
    assert.deepEqual(stage.inDns(), ["a", "b", "c"]);
    // A quarter of its third, and what goes elsewhere is shared by the others.
    const some = shares(await askMany(stage.publicHost, 300, 6));
    assert.ok((some.c ?? 0) > 0.03 && (some.c ?? 0) < 0.15, JSON.stringify(some));
    assert.ok((some.a ?? 0) > 0.35 && (some.b ?? 0) > 0.35, JSON.stringify(some));
    await stage.apply({ weights: { [PUBLIC]: { a: 1, b: 1, c: 1 } } });
    const whole = shares(await askMany(stage.publicHost, 150, 6));
    assert.ok((whole.c ?? 0) > 0.25, JSON.stringify(whole));
  });

  it("of one balancer leaves the other alone", async () => {
    await stage.apply({ weights: { [PUBLIC]: away("c") } });
    const host = stage.network.lookup("c")["127.0.0.1:4001"] ?? "";
    assert.equal(Object.keys(shares(await askMany(host, 30, 3))).length, 3);
    assert.deepEqual(stage.inDns(INTERNAL), ["a", "b", "c"]);
  });

  it("has no effect when it would leave no healthy target", async () => {
    await stage.mark({ ready: false }, ({ zone }) => zone !== "c");
    await stage.apply({ weights: { [PUBLIC]: away("c") } });
    const answers = await askMany(stage.publicHost, 20, 4);
    assert.ok(answers.every(({ status }) => status === 200));
    assert.deepEqual(shares(answers).c?.toFixed(3), "1.000");
  });

  it("of the cluster takes the zone's endpoints out of Services, and ends quiet connections to them", async () => {
    const host = stage.network.lookup("c")["front.shop.svc.cluster.local:8080"] ?? "";
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    assert.deepEqual(Object.keys(shares([await ask(host, "/", { agent })])), ["c"]);
    const [socket] = Object.values(agent.freeSockets)[0] ?? [];
    const ended = new Promise((resolve) => socket?.once("close", resolve));
    await stage.apply({ weights: { [CLUSTER]: away("c") } });
    assert.deepEqual(Object.keys(shares(await askMany(host, 20, 4))).sort(), ["a", "b"]);
    await ended;
    assert.equal(shares([await ask(host, "/", { agent })]).c, undefined);
    agent.destroy();
    assert.ok(shares(await askMany(stage.publicHost, 60, 6)).c, "the load balancer is shifted by itself");
  });

  it("of the cluster leaves a Service alone whose only endpoints are in that zone", async () => {
    await stage.mark({ ready: false }, ({ zone }) => zone !== "c");
    await stage.apply({ weights: { [CLUSTER]: away("c") } });
    const host = stage.network.lookup("a")["front.shop.svc.cluster.local:8080"] ?? "";
    assert.deepEqual(Object.keys(shares(await askMany(host, 10, 2))), ["c"]);
  });
});
