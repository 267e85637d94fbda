import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Account } from "./account.ts";
import { Load, type Sent } from "./load.ts";
import { shared } from "./shared.ts";

/** Orders that were acknowledged before the power goes. */
const ENOUGH = 200;

describe("kill -9 of every process while orders arrive", () => {
  it("loses no acknowledged order, doubles none, and fills and pays for each", async function () {
    this.timeout(240_000);
    const platform = await shared();
    const token = await platform.token();
    const account = new Account(platform.outputs.apiUrl, token);
    await account.fund();
    const before = (await account.orders()).length;
    const load = new Load({ apiUrl: platform.outputs.apiUrl, token, perSecond: 100 });
    const isAcknowledged = ({ status }: Sent) => status === 201;
    while (load.sent.filter(isAcknowledged).length < ENOUGH && load.elapsed < 30_000) await sleep(50);
    await platform.powerCut();
    const sent = await load.stop();
    assert.deepEqual(await platform.leftovers(), []);

    await platform.up();
    const orders = await new Account(platform.outputs.apiUrl, await platform.token()).settled();
    const stored = new Map(orders.map((order) => [order.id, order]));
    const acknowledged = sent.filter(isAcknowledged);
    assert.ok(acknowledged.length >= ENOUGH, `only ${acknowledged.length} orders were acknowledged`);
    const unfilled = acknowledged.filter(({ id }) => stored.get(id ?? "")?.status !== "filled");
    assert.deepEqual(
      unfilled.map((sent) => ({ sent, stored: stored.get(sent.id ?? "") ?? "lost" })),
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
