import assert from "node:assert/strict";
import type { TestPostgres } from "../../support/postgres.ts";
import { type ClientRecord, cents } from "./record.ts";

/** Rows that must not be there, at any time and in the middle of anything. */
const NEVER = [
  "SELECT * FROM transactions.disagreements",
  "SELECT * FROM transactions.reserved_disagreements",
  "SELECT * FROM portfolio.reserved_disagreements",
  "SELECT * FROM portfolio.suspense",
  "SELECT * FROM transactions.transfers WHERE fill LIKE '%/uncovered'",
];

/** Rows that must not be there when no order is on its way or rests. */
const NOT_AT_REST = [
  "SELECT * FROM trading.open_orders",
  "SELECT * FROM trading.cancellations",
  "SELECT * FROM transactions.reservations WHERE state = 'reserved'",
  "SELECT * FROM portfolio.reservations WHERE state = 'reserved'",
  "SELECT * FROM transactions.accounts WHERE reserved <> 0",
  "SELECT * FROM portfolio.holdings WHERE reserved <> 0",
];

/** Fills as trading tells them. */
const FILLS = `
  SELECT order_id, body ->> 'userId' AS user_id, body ->> 'symbol' AS symbol, body ->> 'side' AS side,
    fill ->> 'id' AS fill, (fill ->> 'quantity')::bigint AS quantity, (fill ->> 'price')::numeric AS price,
    (fill ->> 'amount')::numeric AS amount
  FROM (SELECT order_id, body::jsonb AS body FROM order_events) e, LATERAL (SELECT body -> 'fill' AS fill) f
  WHERE fill IS NOT NULL`;

/** Fills that are booked wrongly or not at all, and bookings without a fill. */
const MISBOOKED = `
  SELECT f.*, t.* FROM (${FILLS}) f
  FULL JOIN (SELECT * FROM transfers WHERE kind IN ('buy', 'sell')) t
    ON t.reference = f.order_id AND t.fill = f.fill
  WHERE t.amount IS DISTINCT FROM f.amount OR t.kind IS DISTINCT FROM f.side`;

/** Trades that are anything but one fill against the market, or a buy and a sell of the same. */
const UNEVEN = `
  SELECT fill, count(*) FROM (${FILLS}) f GROUP BY fill
  HAVING count(*) > 2 OR (count(*) = 2 AND (count(DISTINCT side) <> 2 OR count(DISTINCT (symbol, quantity, price)) <> 1))`;

const CASH = `
  SELECT coalesce(a.user_id, f.user_id) AS user_id, coalesce(a.balance, 0)::numeric(24, 2) AS balance,
    coalesce(f.earned, 0)::numeric(24, 2)::text AS earned
  FROM accounts a
  FULL JOIN (
    SELECT user_id, sum(CASE side WHEN 'sell' THEN amount ELSE -amount END) AS earned FROM (${FILLS}) f GROUP BY 1
  ) f USING (user_id)`;

const SHARES = `
  SELECT user_id || ' ' || symbol AS key, h.quantity::int, (h.cost - h.realised)::numeric(24, 2)::text AS spent,
    coalesce(f.bought, 0)::int AS bought, coalesce(f.cost, 0)::numeric(24, 2)::text AS cost
  FROM holdings h
  FULL JOIN (
    SELECT user_id, symbol, sum(CASE side WHEN 'buy' THEN quantity ELSE -quantity END) AS bought,
      sum(CASE side WHEN 'buy' THEN amount ELSE -amount END) AS cost
    FROM (${FILLS}) f GROUP BY 1, 2
  ) f USING (user_id, symbol)`;

async function none(postgres: TestPostgres, queries: readonly string[]): Promise<void> {
  for (const query of queries) {
    const { rows } = await postgres.query(`SELECT * FROM (${query}) q LIMIT 5`);
    assert.deepEqual(rows, [], query);
  }
}

/** What holds also while orders are worked. */
export const checkAlways = (postgres: TestPostgres): Promise<void> => none(postgres, NEVER);

/** Cash and holdings, once all is at rest: what clients brought and took and what orders traded, to the cent. */
export async function checkLedgers(postgres: TestPostgres, record: ClientRecord): Promise<void> {
  await none(postgres, [...NEVER, ...NOT_AT_REST, MISBOOKED, UNEVEN]);
  await settleLate(postgres, record);

  const cash = new Map(record.cash);
  for (const { user_id, balance, earned } of (await postgres.query(CASH)).rows) {
    const expected = (cash.get(user_id) ?? 0n) + signed(earned);
    assert.equal(signed(balance), expected, `cash of ${user_id}`);
    cash.delete(user_id);
  }
  assert.deepEqual([...cash.keys()], [], "users whose cash is gone");
  const { rows } = await postgres.query(
    `SELECT coalesce(sum(CASE WHEN t.debit_account = s.id THEN -t.amount ELSE t.amount END), 0)::numeric(24, 2) AS bank
     FROM system_accounts s JOIN transfers t ON s.id IN (t.debit_account, t.credit_account) WHERE s.purpose = 'bank'`,
  );
  const brought = [...record.cash.values()].reduce((all, one) => all + one, 0n);
  assert.equal(signed(rows[0].bank), -brought, "what the bank gave");

  const shares = new Map(record.shares);
  for (const { key, quantity, spent, bought, cost } of (await postgres.query(SHARES)).rows) {
    const had = shares.get(key) ?? { quantity: 0, cost: 0n };
    assert.equal(quantity, had.quantity + bought, `holding of ${key}`);
    assert.equal(signed(spent), had.cost + signed(cost), `cost less what was realised of ${key}`);
    shares.delete(key);
  }
  assert.deepEqual([...shares.keys()], [], "holdings that are gone");
}

/** Of transactions that were refused when they were repeated, the first try may have been booked later. */
async function settleLate(postgres: TestPostgres, { open }: ClientRecord): Promise<void> {
  const { rows } = await postgres.query(
    "SELECT user_id || ' ' || key AS key FROM transaction_keys WHERE user_id || ' ' || key = ANY ($1)",
    [[...open.keys()]],
  );
  for (const { key } of rows) {
    open.get(key)?.();
    open.delete(key);
  }
}

function signed(amount: string): bigint {
  return amount.startsWith("-") ? -cents(amount.slice(1)) : cents(amount);
}
