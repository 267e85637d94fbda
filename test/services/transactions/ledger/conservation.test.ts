import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { uuid7 } from "../../../../services/kit/uuid.ts";
import type { RunningPod } from "../../../support/pod.ts";
import { Model } from "../model.ts";
import { type Cash, startCash } from "../support.ts";

type Event = Parameters<Cash["feed"]>[0][number];

const USERS = 3;
const ORDERS = 8;
const user = fc.nat({ max: USERS - 1 });
const order = fc.nat({ max: ORDERS - 1 });
const cents = fc.integer({ min: 1, max: 20_000 });
const event = fc.record({
  what: fc.constantFrom("fill", "fill", "last", "close", "sell"),
  order,
  cents: fc.integer({ min: 0, max: 9_000 }),
  user,
});
const step = fc.oneof(
  fc.record({ do: fc.constant("deposit" as const), user, cents }),
  fc.record({ do: fc.constant("withdraw" as const), user, cents }),
  fc.record({ do: fc.constant("transfer" as const), user, to: user, cents }),
  {
    arbitrary: fc.record({
      do: fc.constant("reserve" as const),
      items: fc.array(fc.record({ order, cents }), { maxLength: 5 }),
    }),
    weight: 3,
  },
  {
    arbitrary: fc.record({
      do: fc.constant("feed" as const),
      events: fc.array(event, { maxLength: 6 }),
      again: fc.boolean(),
    }),
    weight: 3,
  },
);

const money = (amount: number) => (amount / 100).toFixed(2);

describe("cash is conserved", () => {
  let cash: Cash;
  let other: RunningPod;
  before(async () => {
    cash = await startCash();
    other = await cash.another();
  });
  after(() => cash?.stop());

  const spend = async (userId: string, body: object) => {
    const full = { currency: "AUD", ...body };
    const response = await cash.call("POST", "/api/transactions", userId, full, randomUUID());
    await response.arrayBuffer();
    return response.status;
  };

  it("as a plain model has it, whatever comes in whatever order", async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const model = new Model();
      const run = randomUUID().slice(0, 8);
      const users = Array.from({ length: USERS }, (_, i) => `${run}-${i}`);
      const name = (i: number) => users[i] as string;
      // An order is one user's; the rest of the id falls with its number, against the order of creation.
      const orders = Array.from({ length: ORDERS }, () => uuid7());
      const id = (i: number) => orders[i] as string;
      const owner = (i: number) => name(i % USERS);
      for (const one of steps) {
        if (one.do === "deposit") {
          await cash.deposit(name(one.user), money(one.cents));
          model.deposit(name(one.user), one.cents);
        } else if (one.do === "withdraw") {
          const there = model.balances.has(name(one.user));
          const done = model.withdraw(name(one.user), one.cents);
          const status = await spend(name(one.user), { kind: "withdrawal", amount: money(one.cents) });
          assert.equal(status, done ? 201 : there ? 409 : 404);
        } else if (one.do === "transfer") {
          const [from, to] = [name(one.user), name(one.to)];
          if (from === to || !model.balances.has(from) || !model.balances.has(to)) continue;
          const toAccountId = (await cash.account(to)).id;
          const status = await spend(from, { kind: "transfer", toAccountId, amount: money(one.cents) });
          assert.equal(status, model.transfer(from, to, one.cents) ? 201 : 409);
        } else if (one.do === "reserve") {
          const items = one.items.map((item) => ({
            id: id(item.order),
            userId: owner(item.order),
            currency: "AUD",
            amount: money(item.cents),
          }));
          // The first of a repeated id counts, and orders get what there is in order of id.
          const first = new Map(one.items.toReversed().map((item) => [id(item.order), item]));
          for (const [key, item] of [...first].sort(([a], [b]) => (a < b ? -1 : 1)))
            model.reserve(key, owner(item.order), item.cents);
          assert.deepEqual(
            await cash.reserve(items),
            items.map((item) => model.orders.get(item.id)?.state),
          );
        } else {
          const closed = new Set<number>();
          const events: Event[] = [];
          for (const [n, { what, order, cents: amount, user: seller }] of one.events.entries()) {
            // Nothing follows an order's end in the feed.
            if (closed.has(order) && what !== "sell") continue;
            const fill = {
              id: `${run}-${events.length}-${model.cleared}-${n}-${randomUUID()}`,
              quantity: 1,
              price: "1.00",
              amount: money(amount),
            };
            if (what === "sell") {
              events.push({
                orderId: uuid7(),
                userId: name(seller),
                side: "sell",
                type: "fill",
                fill,
                closed: "filled",
              });
              model.fillSell(name(seller), amount);
              continue;
            }
            const of = { orderId: id(order), userId: owner(order), side: "buy" as const };
            if (what === "close") events.push({ ...of, type: "closed", closed: "cancelled" });
            else
              events.push({
                ...of,
                type: "fill",
                fill,
                ...(what === "last" && { closed: "filled" as const }),
              });
            if (what !== "close") model.fillBuy(id(order), amount);
            if (what !== "fill") {
              model.close(id(order), owner(order));
              closed.add(order);
            }
          }
          assert.equal(await cash.feed(events), 200);
        }
      }
      for (const userId of users) {
        if (!model.balances.has(userId)) continue;
        const { balance, reserved, available } = await cash.account(userId);
        const expected = [model.balances.get(userId) ?? 0, model.reserved(userId), model.available(userId)];
        assert.deepEqual([balance, reserved, available], expected.map(money));
      }
      const everything = [...model.balances.values()].reduce((sum, balance) => sum + balance, 0);
      assert.equal(everything + model.cleared - model.house, model.banked);
      await cash.agrees();
    });
    await fc.assert(property, { numRuns: 50 });
  });

  it("when many use the same accounts at once, over two pods, without a deadlock", async () => {
    const users = Array.from({ length: 4 }, () => randomUUID());
    for (const userId of users) await cash.deposit(userId, "1000");
    const accounts = await Promise.all(users.map((userId) => cash.account(userId)));
    const pick = <Item>(items: readonly Item[]) => items[Math.floor(Math.random() * items.length)] as Item;
    const open: { id: string; userId: string }[] = [];
    let moved = 0;

    const spender = async () => {
      for (let n = 0; n < 40; n += 1) {
        const [from, to] = [pick(users), pick(accounts)];
        const kind = pick(["transfer", "deposit", "withdrawal"]);
        const body = { kind, amount: "3.33", ...(kind === "transfer" && { toAccountId: to.id }) };
        const status = await spend(from, body);
        assert.ok([201, 409, 422].includes(status), String(status));
        moved += status === 201 ? 1 : 0;
      }
    };
    const trader = async (pod: RunningPod) => {
      for (let n = 0; n < 25; n += 1) {
        const items = Array.from({ length: 8 }, () => ({
          id: uuid7(),
          userId: pick(users),
          currency: "AUD",
          amount: "9.99",
        }));
        const outcomes = await cash.reserve(items, pod);
        // Twice, and by the other pod, at the same time as others go on.
        assert.deepEqual(await cash.reserve(items, pod === other ? cash.pod : other), outcomes);
        open.push(...items.filter((_, i) => outcomes[i] === "reserved"));
      }
    };
    let trading = true;
    const feeder = async () => {
      while (trading || open.length > 0) {
        const orders = open.splice(0, 50);
        const events = orders.flatMap<Event>(({ id, userId }, n) => {
          const of = { orderId: id, userId, side: "buy" as const };
          const fill = { id: "f", quantity: 1, price: "1.00", amount: "5.00" };
          const end: Event = { ...of, type: "closed", closed: "cancelled" };
          return n % 3 === 0 ? [end] : [{ ...of, type: "fill", fill }, end];
        });
        assert.equal(await cash.feed(events), 200);
      }
    };
    const traders = Promise.all([trader(cash.pod), trader(other), trader(cash.pod), trader(other)]).finally(
      () => {
        trading = false;
      },
    );
    await Promise.all([traders, feeder(), spender(), spender(), spender()]);
    assert.ok(moved > 0);
    for (const userId of users) assert.equal((await cash.account(userId)).reserved, "0.00");
    await cash.agrees();
    const { rows } = await cash.postgres.query(
      "SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'",
    );
    assert.equal(rows[0].deadlocks, "0");
  });
});
