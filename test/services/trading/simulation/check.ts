import assert from "node:assert/strict";
import { parseDecimal } from "../../../../services/market/money.ts";
import { ChainCheck } from "../../../../services/trading/chain/verify-database.ts";
import type { EventBody } from "../../../../services/trading/saga/events.ts";
import { isEnd } from "../../../../services/trading/saga/state.ts";
import { INITIAL, type Outcome } from "./scenario.ts";

/** What must hold however a world went. */
export function check(outcome: Outcome): void {
  everyOrderOnce(outcome);
  everyOrderEnded(outcome);
  moneyAndSharesConserved(outcome);
  chainsIntact(outcome);
}

function everyOrderOnce({ wishes, database }: Outcome): void {
  assert.equal(database.orders.size, wishes.length, "as many orders as clients wanted");
  for (const { userId, key, answeredIds } of wishes) {
    const kept = database.keys.get(`${userId}\n${key}`);
    assert.ok(kept, `the order of ${key} is lost`);
    assert.deepEqual([...new Set(answeredIds)], [kept.order.id], `the answers to ${key}`);
  }
}

function everyOrderEnded({ database }: Outcome): void {
  for (const order of database.orders.values()) {
    const events = database.eventsOf(order.id).map(({ body }) => JSON.parse(body) as EventBody);
    const history = events.map(({ version, type, status }) => `${version} ${type} ${status}`).join(", ");
    assert.deepEqual(
      events.map(({ version }) => version),
      events.map((_, i) => i),
      history,
    );
    assert.equal(events[0]?.type, "placed", history);
    assert.equal(events.filter(({ status }) => isEnd(status)).length, 1, history);
    assert.ok(isEnd(events.at(-1)?.status ?? "accepted"), history);
    const opened = events.findIndex(({ type }) => type === "opened");
    assert.ok(opened === -1 || opened === 1, history);
    let filled = 0;
    for (const { fill, filledQuantity = 0, status } of events) {
      filled += fill?.quantity ?? 0;
      assert.equal(filledQuantity, filled, history);
      assert.equal(status === "filled", filled === order.quantity, history);
    }
    assert.ok(filled <= order.quantity, history);
  }
}

/** The ledgers hold what was there before and what the events say, and nothing is set aside any more. */
function moneyAndSharesConserved({ database, cash, holdings }: Outcome): void {
  const money = new Map(INITIAL.USERS.map((user) => [user, INITIAL.CASH]));
  const shares = new Map(
    INITIAL.USERS.flatMap((user) => INITIAL.SYMBOLS.map((symbol) => [`${user} ${symbol}`, INITIAL.SHARES])),
  );
  const trades = new Map<string, { quantity: number; sides: Set<string> }>();
  for (const { body } of database.events) {
    const { userId, symbol, side, fill } = JSON.parse(body) as EventBody;
    if (!fill) continue;
    const sign = side === "buy" ? 1n : -1n;
    const amount = parseDecimal(fill.amount, 2) as bigint;
    money.set(userId, (money.get(userId) ?? 0n) - sign * amount);
    const account = `${userId} ${symbol}`;
    shares.set(account, (shares.get(account) ?? 0n) + sign * BigInt(fill.quantity));
    const trade = trades.get(fill.id) ?? { quantity: fill.quantity, sides: new Set() };
    assert.equal(trade.quantity, fill.quantity, "both sides of a trade have its quantity");
    assert.ok(!trade.sides.has(side), `trade ${fill.id} has a side twice`);
    trade.sides.add(side);
    trades.set(fill.id, trade);
  }
  assert.deepEqual(cash.balances, money);
  assert.deepEqual(holdings.balances, shares);
  assert.equal(cash.reserved + holdings.reserved, 0n);
}

function chainsIntact({ database }: Outcome): void {
  const chains = new ChainCheck();
  for (const chain of database.chains) chains.chain(chain);
  const links = [...database.events].sort((a, b) => a.chain - b.chain || a.link - b.link);
  for (const { orderId, ...row } of links) chains.link({ ...row, order_id: orderId });
  assert.deepEqual(chains.found, []);
}
