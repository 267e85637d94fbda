import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Account } from "./account.ts";
import { Load } from "./load.ts";
import { shared } from "./shared.ts";

describe("kill -9 of every process while orders arrive", () => {
  it("loses no acknowledged order, doubles none, and fills and pays for each", async function () {
    this.timeout(240_000);
    const platform = await shared();
    const token = await platform.trizone("token");
    const account = new Account(platform.outputs.apiUrl, token);
    await account.fund();
    const before = (await account.orders()).length;
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
    assert.ok(orders.length - before <= sent.length, "an order is there twice");
    assert.equal(
      (await fetch(`${platform.outputs.apiUrl}/orders`, { headers: { authorization: `Bearer ${token}` } }))
        .status,
      200,
    );
  });
});
