import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import type { OrderEvent, ReservationOutcome } from "../../../services/market/order-events.ts";
import type { Portfolio, Position } from "../../../services/portfolio/schemas.ts";
import { type RunningPod, startPod } from "../../support/pod.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { databaseEnv, migrate } from "../../support/stack.ts";
import { startUpstream, type TestUpstream } from "../../support/upstream.ts";

describe("portfolio", () => {
  let postgres: TestPostgres;
  let quotes: TestUpstream;
  let portfolio: RunningPod;
  let quotesAway = false;
  let position = 0;

  before(async () => {
    quotes = await startUpstream((_request, response) => {
      if (quotesAway) response.writeHead(503).end();
      else response.end(JSON.stringify({ items: [{ symbol: "BHP", last: "45.10" }] }));
    });
    postgres = await startPostgres();
    await migrate(postgres);
    portfolio = await startPod("portfolio", {
      ...databaseEnv(postgres, "portfolio"),
      MARKET_DATA_URL: quotes.url,
    });
  });
  after(async () => {
    await portfolio?.stop();
    await postgres?.stop();
    await quotes?.close();
  });

  const headers = { "content-type": "application/json" };
  const post = (path: string, body: unknown, more: Record<string, string> = {}) =>
    fetch(portfolio.url + path, {
      method: "POST",
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
    });
  const transferIn = (userId: string, body: unknown, key: string = randomUUID()) =>
    post("/api/portfolio/transfers-in", body, { "x-user-id": userId, "idempotency-key": key });
  const read = async (userId: string, symbol = "") => {
    const response = await fetch(`${portfolio.url}/api/portfolio${symbol}`, {
      headers: { "x-user-id": userId },
    });
    assert.equal(response.status, 200);
    return response.json() as Promise<unknown>;
  };
  const bhp = (userId: string) => read(userId, "/BHP") as Promise<Position>;

  async function reserve(...items: [id: string, userId: string, quantity: number, symbol?: string][]) {
    const body = {
      items: items.map(([id, userId, quantity, symbol = "BHP"]) => ({ id, userId, symbol, quantity })),
    };
    const response = await post("/internal/reservations", body);
    assert.equal(response.status, 200);
    const { results } = (await response.json()) as { results: { id: string; outcome: ReservationOutcome }[] };
    assert.deepEqual(
      results.map(({ id }) => id),
      items.map(([id]) => id),
    );
    return results.map(({ outcome }) => outcome);
  }

  const event = (
    orderId: string,
    userId: string,
    side: "buy" | "sell",
    fill?: [quantity: number, amount: string],
    closed?: OrderEvent["closed"],
  ): Omit<OrderEvent, "position"> => ({
    orderId,
    userId,
    side,
    symbol: "BHP",
    at: new Date().toISOString(),
    type: fill ? "fill" : "closed",
    ...(fill && { fill: { id: randomUUID(), quantity: fill[0], price: "1.00", amount: fill[1] } }),
    ...(closed && { closed }),
  });
  const nameOf = (number: number) => (number === 0 ? null : `7.1.${number}`);
  const send = (after: number, events: Omit<OrderEvent, "position">[]) =>
    post("/internal/events", {
      after: nameOf(after),
      position: nameOf(after + events.length),
      events: events.map((one, i) => ({ ...one, position: nameOf(after + i + 1) })),
    });
  async function feed(...events: Omit<OrderEvent, "position">[]): Promise<void> {
    const response = await send(position, events);
    position += events.length;
    assert.deepEqual([response.status, await response.json()], [200, { position: nameOf(position) }]);
  }

  it("takes shares from another broker once, and values them at the current quote", async () => {
    const body = { symbol: "BHP", quantity: 100, cost: "4000" };
    const first = await transferIn("ann", body, "k");
    assert.equal(first.status, 201);
    const again = await transferIn("ann", { ...body, cost: "4000.00" }, "k");
    assert.deepEqual([again.status, await again.text()], [201, await first.text()]);
    assert.equal((await transferIn("ann", { ...body, quantity: 1 }, "k")).status, 422);
    const { items, total } = (await read("ann")) as Portfolio;
    assert.deepEqual(items, [
      {
        symbol: "BHP",
        quantity: 100,
        reserved: 0,
        cost: "4000.00",
        averageCost: "40.0000",
        price: "45.10",
        marketValue: "4510.00",
        unrealised: "510.00",
        realised: "0.00",
      },
    ]);
    assert.deepEqual(total, {
      cost: "4000.00",
      marketValue: "4510.00",
      unrealised: "510.00",
      realised: "0.00",
    });
    assert.deepEqual(await read("bob"), {
      items: [],
      total: { cost: "0.00", marketValue: "0.00", unrealised: "0.00", realised: "0.00" },
    });
    const other = await fetch(`${portfolio.url}/api/portfolio/BHP`, { headers: { "x-user-id": "bob" } });
    assert.equal(other.status, 404);
  });

  it("says all that is wrong with a transfer, and wants to know who asks", async () => {
    const bad = await transferIn("ann", { symbol: "NONE", quantity: 0, cost: "1.001", more: 1 });
    assert.equal(bad.status, 422);
    const { errors } = (await bad.json()) as { errors: { field: string }[] };
    assert.deepEqual(errors.map(({ field }) => field).sort(), ["cost", "more", "quantity", "symbol"]);
    assert.equal((await fetch(`${portfolio.url}/api/portfolio`)).status, 401);
    const nothing = await fetch(`${portfolio.url}/api/portfolio/%00`, { headers: { "x-user-id": "ann" } });
    assert.equal(nothing.status, 404);
    const beside = await fetch(`${portfolio.url}/api/portfolio/transfers-in`, { method: "OPTIONS" });
    assert.deepEqual([beside.status, beside.headers.get("allow")], [405, "POST"]);
  });

  it("shows portfolios without market values while quotes are away", async () => {
    await transferIn("away", { symbol: "XRO", quantity: 1, cost: "100.00" });
    const { items, total } = (await read("away")) as Portfolio;
    assert.deepEqual([items[0]?.price, items[0]?.unrealised, total.marketValue], [null, null, null]);
    quotesAway = true;
    const deadline = performance.now() + 5000;
    while ((await bhp("ann")).price !== null) assert.ok(performance.now() < deadline, "still priced");
    quotesAway = false;
    while ((await bhp("ann")).price === null) assert.ok(performance.now() < deadline, "not priced again");
  });

  it("reserves a share once, in the batch's order, and says the same again", async () => {
    await transferIn("res", { symbol: "BHP", quantity: 10, cost: "100.00" });
    const ids = Array.from({ length: 5 }, () => randomUUID());
    const [a = "", b = "", c = "", d = "", e = ""] = ids;
    const outcomes = await reserve(
      [a, "res", 6],
      [b, "res", 5],
      [c, "res", 3],
      [d, "res", 1, "CBA"],
      [e, "nobody", 1],
    );
    assert.deepEqual(outcomes, ["reserved", "insufficient", "reserved", "insufficient", "insufficient"]);
    assert.deepEqual(await reserve([a, "res", 1], [b, "res", 1], [c, "res", 3]), [
      "reserved",
      "insufficient",
      "reserved",
    ]);
    assert.equal((await bhp("res")).reserved, 9);
    await feed(event(c, "res", "sell", undefined, "cancelled"));
    assert.deepEqual(await reserve([c, "res", 3]), ["released"]);
    assert.equal((await bhp("res")).reserved, 6);
  });

  it("state buys and sells, and releases the rest at the end", async () => {
    const [buy, sell] = [randomUUID(), randomUUID()];
    await feed(event(buy, "cat", "buy", [10, "100.00"]), event(buy, "cat", "buy", [5, "65.00"], "filled"));
    assert.deepEqual(await reserve([sell, "cat", 9]), ["reserved"]);
    await feed(event(sell, "cat", "sell", [6, "90.00"]));
    await feed(event(sell, "cat", "sell", undefined, "expired"));
    const { quantity, reserved, cost, averageCost, realised } = await bhp("cat");
    assert.deepEqual([quantity, reserved, cost, averageCost, realised], [9, 0, "99.00", "11.0000", "24.00"]);
    const answer = await fetch(`${portfolio.url}/internal/reservations/${sell}`);
    assert.deepEqual(await answer.json(), {
      reservation: { id: sell, userId: "cat", symbol: "BHP", state: "released", quantity: 9, sold: 6 },
      position: nameOf(position),
    });
  });

  it("state nothing twice and nothing out of turn, and says where it is", async () => {
    const order = randomUUID();
    const events = [event(order, "dan", "buy", [1, "1.00"], "filled")];
    const start = position;
    await feed(...events);
    for (const after of [start, start + 7, 0]) {
      const response = await send(after, events);
      assert.deepEqual([response.status, await response.json()], [409, { position: nameOf(position) }]);
    }
    const racing = await Promise.all(Array.from({ length: 8 }, () => send(position, events)));
    assert.deepEqual(racing.map(({ status }) => status).sort(), [200, ...Array(7).fill(409)]);
    position += 1;
    assert.equal((await bhp("dan")).quantity, 2);
  });

  it("finds an order's end that came before its reservation, and keeps an uncovered sell apart", async () => {
    const [late, bare] = [randomUUID(), randomUUID()];
    await transferIn("eve", { symbol: "BHP", quantity: 5, cost: "5.00" });
    await feed(
      event(late, "eve", "sell", undefined, "rejected"),
      event(bare, "eve", "sell", [1, "1.00"], "filled"),
    );
    assert.deepEqual(await reserve([late, "eve", 1], [bare, "eve", 1]), ["released", "released"]);
    assert.equal((await bhp("eve")).quantity, 5);
    const { rows } = await postgres.query("SELECT order_id FROM portfolio.suspense");
    assert.deepEqual(rows, [{ order_id: bare }]);
  });

  it("refuses batches that are not what was agreed", async () => {
    for (const body of [{}, { items: [{ id: "1" }] }, { items: Array(501).fill({}) }]) {
      assert.equal((await post("/internal/reservations", body)).status, 422);
    }
    assert.equal((await post("/internal/events", { after: "x", position: "1", events: [] })).status, 422);
    assert.equal((await fetch(`${portfolio.url}/internal/reservations/x`)).status, 404);
  });

  it("keeps every share, whatever comes at once", async () => {
    const step = fc.record({
      user: fc.constantFrom("p1", "p2"),
      quantity: fc.integer({ min: 1, max: 20 }),
      cents: fc.integer({ min: 1, max: 99_999 }),
      kind: fc.constantFrom("in", "buy", "sell", "sell"),
      share: fc.integer({ min: 0, max: 100 }),
    });
    const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const before = await sums();
      let [shares, paid] = [0, 0];
      const work = steps.map(async ({ user, quantity, cents, kind, share }) => {
        const amount = (cents / 100).toFixed(2);
        const id = randomUUID();
        if (kind === "in") {
          assert.equal((await transferIn(user, { symbol: "BHP", quantity, cost: amount })).status, 201);
          shares += quantity;
          paid += cents;
          return [];
        }
        if (kind === "buy") {
          shares += quantity;
          paid += cents;
          return [event(id, user, "buy", [quantity, amount], "filled")];
        }
        // The same twice, as when an answer is late.
        const [[outcome], [again]] = await Promise.all([
          reserve([id, user, quantity]),
          reserve([id, user, quantity]),
        ]);
        assert.equal(outcome, again);
        const sold = outcome === "reserved" ? Math.ceil((quantity * share) / 100) : 0;
        shares -= sold;
        return [
          ...(sold > 0 ? [event(id, user, "sell", [sold, "0.00"])] : []),
          event(id, user, "sell", undefined, outcome === "reserved" ? "cancelled" : "rejected"),
        ];
      });
      let queue = Promise.resolve();
      await Promise.all(
        work.map(async (one) => {
          const events = await one;
          if (events.length > 0) queue = queue.then(() => feed(...events));
        }),
      );
      await queue;
      const after = await sums();
      assert.equal(after.shares - before.shares, shares);
      // Sells brought nothing, so what is not in the cost any more is all lost.
      assert.equal(after.cents - after.realised - (before.cents - before.realised), paid);
      const { rows } = await postgres.query("SELECT * FROM portfolio.reserved_disagreements");
      assert.deepEqual(rows, []);
    });
    await fc.assert(property, { numRuns: 15 });
  });

  async function sums() {
    const { rows } = await postgres.query(
      `SELECT coalesce(sum(quantity), 0)::int AS shares, coalesce(sum(cost) * 100, 0)::int AS cents,
        coalesce(sum(realised) * 100, 0)::int AS realised
      FROM portfolio.holdings WHERE user_id IN ('p1', 'p2')`,
    );
    return rows[0] as { shares: number; cents: number; realised: number };
  }
});
