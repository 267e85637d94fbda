import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Account } from "./account.ts";
import { Load } from "./load.ts";
import { TestPlatform } from "./platform.ts";

describe("kill -9 of every process while orders arrive", () => {
  const platform = new TestPlatform();

  after(async function () {
    this.timeout(30_000);
    await platform.dispose();
  });

  it("loses no acknowledged order, doubles none, and fills and pays for each", async function () {
    this.timeout(180_000);
    await platform.up();
    const token = await platform.trizone("token");
    await new Account(platform.outputs.apiUrl, token).fund();
    const load = new Load({ apiUrl: platform.outputs.apiUrl, token, perSecond: 100 });
    await sleep(3000);
    await platform.powerCut();
    const sent = await load.stop();
    assert.deepEqual(await platform.leftovers(), []);

    await platform.up();
    const orders = await new Account(platform.outputs.apiUrl, await platform.trizone("token")).settled();
    const stored = new Map(orders.map(({ id, status }) => [id, status]));
    const acknowledged = sent.filter(({ status }) => status === 201);
    assert.ok(acknowledged.length > 100, `only ${acknowledged.length} orders were acknowledged`);
    assert.deepEqual(
      acknowledged.filter(({ id }) => stored.get(id ?? "") !== "filled"),
      [],
    );
    assert.equal(stored.size, orders.length);
    assert.ok(orders.length <= sent.length, "an order is there twice");
    assert.equal(
      (await fetch(`${platform.outputs.apiUrl}/orders`, { headers: { authorization: `Bearer ${token}` } }))
        .status,
      200,
    );
  });
});
