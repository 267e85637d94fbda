import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Problem } from "../../../../services/kit/http/problem.ts";
import type { Order } from "../../../../services/trading/order.ts";
import { BUY, startTrading, type TradingPods } from "../support.ts";

/** Far below the market: it rests. */
const LOW = { symbol: "CBA", side: "buy", type: "limit", quantity: 10, limitPrice: "120.00" };

describe("the way of an order", () => {
  let market: TradingPods;
  before(async () => {
    market = await startTrading();
    await market.start();
  });
  beforeEach(() => {
    market.cash.outcome = market.holdings.outcome = () => "reserved";
  });
  after(() => market.stop());

  const place = async (order: object, user = "ana") => {
    const response = await market.place(order, { user });
    assert.equal(response.status, 201);
    return (await response.json()) as Order;
  };
  const history = async (id: string, user = "ana") => {
    const response = await market.get(`/api/orders/${id}/events`, { user });
    const { items } = (await response.json()) as { items: { type: string; status: string }[] };
    return items.map(({ type, status }) => `${type} ${status}`);
  };
  const open = (id: string, user?: string) => market.until(id, ({ status }) => status === "open", user);
  const cancel = (id: string, user = "ana") =>
    market.get(`/api/orders/${id}/cancel`, { method: "POST", user });

  it("leads a market order from acceptance over the reservation and the exchange to its end", async () => {
    const accepted = await place(BUY);
    assert.equal(accepted.status, "accepted");
    const filled = await market.ended(accepted.id);
    assert.equal(filled.status, "filled");
    assert.equal(filled.filledQuantity, 100);
    assert.match(filled.averagePrice ?? "", /^\d+\.\d{4}$/);
    assert.deepEqual(await history(accepted.id), ["placed accepted", "fill filled"]);
    const { amount } = market.cash.reserved.get(accepted.id) as { amount: string };
    const paid = Number(filled.averagePrice) * 100;
    assert.ok(Number(amount) > paid && Number(amount) < paid * 1.06, `${amount} was reserved for ${paid}`);
  });

  it("reserves shares for a sale, and cash for none", async () => {
    const sale = await place({ ...BUY, side: "sell", quantity: 7 });
    assert.equal((await market.ended(sale.id)).status, "filled");
    assert.deepEqual(market.holdings.reserved.get(sale.id), {
      id: sale.id,
      userId: "ana",
      symbol: "BHP",
      quantity: 7,
    });
    assert.ok(!market.cash.reserved.has(sale.id));
  });

  it("rejects, with the reason, what can't be reserved", async () => {
    for (const [outcome, reason] of [
      ["insufficient", /not enough cash/],
      ["no-account", /no AUD account/],
      ["released", /given up/],
    ] as const) {
      market.cash.outcome = () => outcome;
      const order = await place(BUY);
      const ended = await market.ended(order.id);
      assert.equal(ended.status, "rejected");
      assert.match(ended.reason ?? "", reason);
      assert.deepEqual(await history(order.id), ["placed accepted", "closed rejected"]);
    }
  });

  it("tries again while it isn't known whether something is reserved", async () => {
    let calls = 0;
    market.cash.outcome = () => {
      calls += 1;
      return calls < 4 ? "fail" : "reserved";
    };
    const order = await place(BUY);
    assert.equal((await market.ended(order.id)).status, "filled");
    assert.equal(calls, 4);
  });

  it("puts a limit order on the book and takes it off again for its owner only", async () => {
    const { id } = await place(LOW);
    await open(id);
    assert.equal((await cancel(id, "ben")).status, 404);
    assert.equal((await market.get(`/api/orders/${id}/events`, { user: "ben" })).status, 404);
    assert.equal((await cancel(randomUUID())).status, 404);
    assert.equal((await cancel(id)).status, 202);
    assert.equal((await market.ended(id)).status, "cancelled");
    const again = await cancel(id);
    assert.equal(again.status, 409);
    assert.match(((await again.json()) as Problem).detail, /cancelled already/);
    assert.deepEqual(await history(id), ["placed accepted", "opened open", "closed cancelled"]);
  });

  it("sells to the market where that bids more than a client", async () => {
    const first = await place({ ...LOW, limitPrice: "150.00", quantity: 30 }, "ana");
    await open(first.id);
    const sale = await place({ ...LOW, side: "sell", limitPrice: "150.00", quantity: 20 }, "ben");
    const sold = await market.ended(sale.id, "ben");
    assert.ok(Number(sold.averagePrice) > 150, `sold at ${sold.averagePrice}`);
    await cancel(first.id);
    assert.equal((await market.ended(first.id)).filledQuantity, undefined);
  });

  it("rejects a limit that is out of all reach", async () => {
    const { id } = await place({ ...LOW, limitPrice: "1.00" });
    const ended = await market.ended(id);
    assert.equal(ended.status, "rejected");
    assert.match(ended.reason ?? "", /50 % away from the latest price/);
  });

  it("lists orders by the status that they have now", async () => {
    const { id } = await place(LOW, "lists");
    await open(id, "lists");
    const other = await place(BUY, "lists");
    await market.ended(other.id, "lists");
    const list = async (status: string) => {
      const response = await market.get(`/api/orders?status=${status}`, { user: "lists" });
      return ((await response.json()) as { items: Order[] }).items.map((order) => order.id);
    };
    assert.deepEqual(
      [await list("open"), await list("filled"), await list("expired")],
      [[id], [other.id], []],
    );
  });

  it("has any pod take orders for all, and each order ends, also when a pod is killed", async () => {
    const second = await market.start();
    const shares = async () => {
      const { rows } = await market.postgres.query(
        "SELECT count(*)::int FROM leases WHERE name LIKE 'shard-%' GROUP BY owner",
      );
      return rows.map(({ count }) => count).join();
    };
    // The new one gets its share with the heartbeats.
    while ((await shares()) !== "4,4") await sleep(50);
    const [first] = market.pods;
    const symbols = ["BHP", "CBA", "CSL", "NAB", "WBC", "ANZ", "RIO", "TLS"];
    const placed: Order[] = [];
    for (let i = 0; i < 40; i += 1) {
      const pod = i % 2 === 0 ? first : second;
      const response = await market.place({ ...BUY, symbol: symbols[i % 8] }, { pod });
      if (response.status === 201) placed.push((await response.json()) as Order);
    }
    assert.equal(placed.length, 40);
    for (const { id } of placed) assert.equal((await market.ended(id)).status, "filled");
    market.cash.outcome = () => "hang";
    const waiting = await Promise.all(symbols.map((symbol) => place({ ...BUY, symbol })));
    second.process.kill("SIGKILL");
    await second.exited;
    market.pods.pop();
    market.cash.outcome = () => "reserved";
    for (const { id } of waiting) assert.equal((await market.ended(id)).status, "filled");
  });

  it("answers 503 with Retry-After while more orders wait than it may take", async () => {
    market.cash.outcome = () => "hang";
    await Promise.all(market.pods.map((pod) => pod.stop()));
    market.pods.length = 0;
    await market.start({ MAX_WORKING_ORDERS: "5" });
    const statuses = new Set<number>();
    for (let i = 0; i < 30; i += 1) {
      const response = await market.place({ ...BUY, symbol: "NAB" });
      statuses.add(response.status);
      if (response.status === 503) assert.equal(response.headers.get("retry-after"), "1");
    }
    assert.deepEqual([...statuses].sort(), [201, 503]);
    market.cash.outcome = () => "reserved";
  });
});
