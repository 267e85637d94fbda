import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { backoffMs } from "../../../../services/kit/client/retry.ts";
import type { Order } from "../../../../services/trading/order.ts";
import { connectAs } from "../../../support/stack.ts";
import { BUY, startTrading, type TradingPods } from "../support.ts";

describe("the feed", () => {
  let market: TradingPods;
  before(async () => {
    market = await startTrading();
    await market.start();
  });
  after(() => market?.stop());

  /** As a careful client does: on a busy machine the pod may have no connection to its database yet. */
  async function place(): Promise<string> {
    const key = randomUUID();
    for (let attempt = 1; ; attempt += 1) {
      const response = await market.place(BUY, { key });
      const answer = await response.json();
      if (response.status === 201) return (answer as Order).id;
      assert.ok(response.status === 503 && attempt < 20, `${response.status} ${JSON.stringify(answer)}`);
      await sleep(backoffMs(attempt, 50, 1000));
    }
  }
  const heardBy = (peer: TradingPods["cash"], ids: string[]) =>
    peer.received.map(({ orderId }) => orderId).filter((id) => ids.includes(id));
  async function until(done: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + 15_000;
    while (!done()) {
      assert.ok(performance.now() < deadline, `${what} took too long`);
      await sleep(10);
    }
  }

  it("brings both ledgers each event once, in one order", async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, place));
    for (const peer of [market.cash, market.holdings]) {
      await until(() => heardBy(peer, ids).length >= 40, "the feed");
      assert.deepEqual(heardBy(peer, ids).sort(), [...ids].sort());
      for (const { type, closed, fill, side, symbol } of peer.received) {
        assert.deepEqual([type, closed, side, symbol], ["fill", "filled", "buy", "BHP"]);
        assert.equal(fill?.quantity, 100);
      }
    }
    assert.deepEqual(
      market.cash.received.map(({ position }) => position),
      market.holdings.received.map(({ position }) => position),
    );
  });

  it("waits for a commit that comes late rather than pass it, also when its event was written late", async () => {
    const client = await connectAs(market.postgres, "trading");
    for (let round = 0; round < 6; round += 1) {
      const late = randomUUID();
      const body = JSON.stringify({ ...market.cash.received[0], position: undefined, orderId: late });
      const write = () =>
        client.query(
          `INSERT INTO order_events (chain, link, at, order_id, version, status, fed, hash, body)
          VALUES (9999, $1, now(), $2, 1, 'filled', true, '', $3)`,
          [round, late, body],
        );
      await client.query("BEGIN");
      await (round % 2 === 0 ? write() : client.query("SELECT pg_current_xact_id()"));
      const ids = await Promise.all(Array.from({ length: 5 }, place));
      for (const id of ids) await market.ended(id);
      await sleep(100);
      assert.deepEqual(heardBy(market.cash, ids), [], "events after the one under way are held back");
      if (round % 2 === 1) await write();
      await client.query("COMMIT");
      for (const peer of [market.cash, market.holdings]) {
        await until(() => heardBy(peer, [...ids, late]).length >= 6, "the feed");
        assert.equal(heardBy(peer, [...ids, late])[0], late);
      }
    }
    await client.end();
  });

  it("doesn't wait for transactions of those who can't write events", async () => {
    const clients = await Promise.all(
      (["transactions", "portfolio"] as const).map((service) => connectAs(market.postgres, service)),
    );
    for (const client of clients) await client.query("BEGIN; SELECT pg_current_xact_id()");
    const ids = await Promise.all(Array.from({ length: 5 }, place));
    for (const peer of [market.cash, market.holdings])
      await until(() => heardBy(peer, ids).length >= 5, "the feed");
    for (const client of clients) await client.end();
  });

  it("goes on where a consumer says that it is, after answers were lost and batches refused", async () => {
    const { cash } = market;
    let failures = 0;
    cash.onBatch = (events) => {
      failures += 1;
      if (failures % 3 === 1) throw new Error("refused");
      if (failures % 3 !== 2) return;
      // Taken, but the sender gets no answer.
      cash.received.push(...events);
      cash.position = events.at(-1)?.position ?? null;
      throw new Error("lost");
    };
    const ids = await Promise.all(Array.from({ length: 60 }, place));
    await until(() => heardBy(cash, ids).length >= 60, "the feed");
    cash.onBatch = () => undefined;
    assert.equal(new Set(heardBy(cash, ids)).size, 60);
    assert.equal(heardBy(cash, ids).length, 60);
  });

  it("does not hold one ledger up while the other is away", async () => {
    const { cash, holdings } = market;
    cash.onBatch = () => {
      throw new Error("away");
    };
    const ids = await Promise.all(Array.from({ length: 10 }, place));
    await until(() => heardBy(holdings, ids).length === 10, "the feed");
    assert.deepEqual(heardBy(cash, ids), []);
    cash.onBatch = () => undefined;
    await until(() => heardBy(cash, ids).length === 10, "the feed");
  });
});
