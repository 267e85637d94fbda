import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { uuid7 } from "../../../../services/kit/uuid.ts";
import type { ReservationReport } from "../../../../services/transactions/reservations/report.ts";
import { connectAs } from "../../../support/stack.ts";
import { type Cash, refused, startCash } from "../support.ts";

const fill = (amount: string, id = "f1") => ({ fill: { id, quantity: 10, price: "1.00", amount } });

describe("reservations of cash", () => {
  let cash: Cash;
  before(async () => {
    cash = await startCash();
  });
  afterEach(() => cash?.agrees());
  after(() => cash?.stop());

  const item = (userId: string, amount: string, id = uuid7()) => ({ id, userId, currency: "AUD", amount });
  const money = async (userId: string) => {
    const { balance, reserved, available } = await cash.account(userId);
    return [balance, reserved, available];
  };
  /** As the service itself is connected. */
  const report = async (id: string) =>
    (await (await cash.call("GET", `/internal/reservations/${id}`, "")).json()) as ReservationReport;
  const buy = (orderId: string, userId: string) => ({ orderId, userId, side: "buy" as const });

  it("hold cash from being spent, settle what was filled and release the rest", async () => {
    await cash.deposit("ann", "100");
    const order = item("ann", "80.00");
    assert.deepEqual(await cash.reserve([order]), ["reserved"]);
    assert.deepEqual(await money("ann"), ["100.00", "80.00", "20.00"]);
    const spend = { kind: "withdrawal", currency: "AUD", amount: "20.01" };
    await refused(await cash.call("POST", "/api/transactions", "ann", spend, "k"), 409, "amount");
    assert.equal(await cash.feed([{ ...buy(order.id, "ann"), type: "fill", ...fill("30.00", "a") }]), 200);
    assert.deepEqual(await money("ann"), ["70.00", "50.00", "20.00"]);
    await cash.feed([{ ...buy(order.id, "ann"), type: "fill", ...fill("20.50", "b"), closed: "filled" }]);
    assert.deepEqual(await money("ann"), ["49.50", "0.00", "49.50"]);
    const found = await report(order.id);
    assert.deepEqual(found.reservation, {
      state: "released",
      accountId: (await cash.account("ann")).id,
      userId: "ann",
      currency: "AUD",
      amount: "80.00",
      spent: "50.50",
      held: "0.00",
    });
    assert.deepEqual(
      found.transfers.map(({ fillId, kind, amount }) => [fillId, kind, amount]),
      [
        ["a", "buy", "30.00"],
        ["b", "buy", "20.50"],
      ],
    );
    const { id } = await cash.account("ann");
    const statement = await (await cash.call("GET", `/api/accounts/${id}/statement`, "ann")).json();
    const lines = (statement as { items: { orderId?: string; balance: string }[] }).items;
    assert.deepEqual(
      lines.map(({ orderId, balance }) => [orderId, balance]),
      [
        [order.id, "49.50"],
        [order.id, "70.00"],
        [undefined, "100.00"],
      ],
    );
  });

  it("give the proceeds of sells, opening an account for who has none", async () => {
    const sell = { orderId: uuid7(), userId: "seller", side: "sell" as const };
    await cash.feed([{ ...sell, type: "fill", ...fill("12.34"), closed: "filled" }]);
    assert.deepEqual(await money("seller"), ["12.34", "0.00", "12.34"]);
    assert.equal((await report(sell.orderId)).reservation, undefined);
    const closed = { ...sell, orderId: uuid7(), type: "closed" as const, closed: "cancelled" as const };
    await cash.feed([closed]);
    await refused(await cash.call("GET", `/internal/reservations/${closed.orderId}`, ""), 404);
  });

  it("answer the same again, whatever the repeat says", async () => {
    await cash.deposit("bob", "10");
    const [good, much] = [item("bob", "6.00"), item("bob", "10.01")];
    const stranger = item("nobody", "1.00");
    const outcomes = ["reserved", "insufficient", "no-account"];
    assert.deepEqual(await cash.reserve([good, much, stranger]), outcomes);
    await cash.deposit("bob", "100");
    await cash.deposit("nobody", "100");
    const others = [good, much, stranger].map(({ id }) => item("bob", "1.00", id));
    assert.deepEqual(await cash.reserve(others), outcomes);
    assert.deepEqual(await cash.reserve([good, good]), ["reserved", "reserved"]);
    assert.deepEqual(await money("bob"), ["110.00", "6.00", "104.00"]);
    const end = { type: "closed" as const, closed: "rejected" as const };
    await cash.feed([good, much, stranger].map(({ id, userId }) => ({ ...buy(id, userId), ...end })));
    assert.deepEqual(await money("bob"), ["110.00", "0.00", "110.00"]);
    assert.deepEqual(await cash.reserve(others), ["released", ...outcomes.slice(1)]);
  });

  it("leave a tombstone for a release that came first", async () => {
    await cash.deposit("late", "10");
    const order = item("late", "5.00");
    await cash.feed([{ ...buy(order.id, "late"), type: "closed", closed: "rejected" }]);
    assert.deepEqual(await cash.reserve([order]), ["released"]);
    assert.deepEqual(await money("late"), ["10.00", "0.00", "10.00"]);
  });

  it("find a reservation that is made while its release looks for it", async () => {
    await cash.deposit("racer", "10");
    const order = item("racer", "5.00");
    const other = item("racer", "1.00");
    await cash.reserve([other]);
    const reserving = await connectAs(cash.postgres, "transactions");
    await reserving.query("BEGIN");
    const values = [[order.id], ["racer"], ["AUD"], [order.amount]];
    const left = await reserving.query("SELECT * FROM transactions.reserve($1, $2, $3, $4)", values);
    assert.deepEqual(left.rows, []);
    const end = { type: "closed" as const, closed: "cancelled" as const };
    const fed = cash.feed([order, other].map(({ id, userId }) => ({ ...buy(id, userId), ...end })));
    const waits =
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'transactions'";
    while ((await cash.postgres.query(waits)).rows[0].count === "0") await setImmediate();
    await reserving.query("COMMIT");
    await reserving.end();
    assert.equal(await fed, 200);
    assert.deepEqual(await money("racer"), ["10.00", "0.00", "10.00"]);
    assert.equal((await report(order.id)).reservation?.amount, "5.00");
  });

  it("give a batch's orders what there is in order of id, the big ones not in the way of the small", async () => {
    await cash.deposit("tight", "10");
    const orders = ["4.00", "7.00", "6.00", "0.01"].map((amount) => item("tight", amount));
    orders.sort((a, b) => (a.id < b.id ? -1 : 1));
    const amounts = ["4.00", "7.00", "6.00", "0.01"];
    for (const [i, order] of orders.entries()) order.amount = amounts[i] ?? "";
    const reversed = [...orders].reverse();
    assert.deepEqual(await cash.reserve(reversed), ["insufficient", "reserved", "insufficient", "reserved"]);
    assert.deepEqual(await money("tight"), ["10.00", "10.00", "0.00"]);
  });

  it("apply a batch once, and tell a sender at another position where to go on", async () => {
    await cash.deposit("feed", "10");
    const order = item("feed", "10.00");
    await cash.reserve([order]);
    await cash.feed([]);
    const { feedPosition } = await report(order.id);
    const at = "2026-01-05T00:00:00.000Z";
    const event = {
      ...buy(order.id, "feed"),
      type: "fill",
      symbol: "BHP",
      position: "9.1.1",
      at,
      ...fill("2.00"),
    };
    const batch = { after: feedPosition, position: "9.1.1", events: [event] };
    const replies = await Promise.all(Array.from({ length: 4 }, () => cash.send(batch)));
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409, 409, 409]);
    for (const reply of replies) assert.deepEqual(await reply.json(), { position: "9.1.1" });
    assert.deepEqual(await money("feed"), ["8.00", "8.00", "0.00"]);
    const ahead = await cash.send({ ...batch, after: "10.1.1", position: "11.1.1" });
    assert.equal(ahead.status, 409);
    const fresh = await cash.send({ ...batch, after: null });
    assert.deepEqual([fresh.status, await fresh.json()], [409, { position: "9.1.1" }]);
    assert.equal((await cash.send({ after: "9.1.1", position: feedPosition, events: [] })).status, 200);
  });

  it("book what was executed beyond a reservation on the broker's account, and say so", async () => {
    await cash.deposit("over", "10");
    const order = item("over", "5.00");
    await cash.reserve([order]);
    await cash.feed([
      { ...buy(order.id, "over"), type: "fill", ...fill("4.00", "a") },
      { ...buy(order.id, "over"), type: "fill", ...fill("3.00", "b"), closed: "filled" },
      { ...buy(uuid7(), "over"), type: "fill", ...fill("1.00", "c"), closed: "filled" },
    ]);
    assert.deepEqual(await money("over"), ["5.00", "0.00", "5.00"]);
    const transfers = (await report(order.id)).transfers.map(({ fillId, amount }) => [fillId, amount]);
    assert.deepEqual(transfers.sort(), [
      ["a", "4.00"],
      ["b", "1.00"],
      ["b/uncovered", "2.00"],
    ]);
    assert.match(
      await (await fetch(`${cash.pod.admin}/metrics`)).text(),
      /^cash_uncovered_fills_total\{[^}]*\} 2$/m,
    );
  });

  it("book fills of nothing, and many of one order in one batch", async () => {
    await cash.deposit("many", "10");
    const order = item("many", "3.00");
    await cash.reserve([order]);
    const fills = Array.from({ length: 100 }, (_, i) => ({
      ...buy(order.id, "many"),
      type: "fill" as const,
      ...fill(i % 2 ? "0.00" : "0.06", `f${i}`),
    }));
    assert.equal(await cash.feed(fills), 200);
    assert.deepEqual(await money("many"), ["7.00", "0.00", "7.00"]);
    assert.equal((await report(order.id)).transfers.length, 100);
    await cash.feed([{ ...buy(order.id, "many"), type: "closed", closed: "filled" }]);
  });

  it("refuse batches that are wrong as a whole", async () => {
    const post = (body: unknown) => cash.call("POST", "/internal/reservations", "", body);
    const bad = { ...item("ann", "1.005"), id: "x" };
    await refused(await post({ items: [item("ann", "1.00"), bad] }), 422, "items.1.id", "items.1.amount");
    await refused(await post("{"), 400, "body");
    const most = Array.from({ length: 501 }, () => item("ann", "1.00"));
    await refused(await post({ items: most }), 422, "items");
    await refused(await cash.send({ after: null, position: "x", events: [] }), 422, "position");
    assert.deepEqual(await cash.reserve([]), []);
    await refused(await cash.call("GET", `/internal/reservations/${randomUUID()}`, ""), 404);
  });
});
