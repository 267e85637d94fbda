import assert from "node:assert/strict";
import { connectionConfig } from "../../../services/kit/database/index.ts";
import { verifyChains } from "../../../services/trading/chain/verify-database.ts";
import type { TestPostgres } from "../../support/postgres.ts";
import { databaseEnv } from "../../support/stack.ts";
import type { ClientRecord } from "./record.ts";

/** Orders without a history that begins with `placed`, goes on without a gap and has one end, its last. */
const UNFINISHED = `
  SELECT o.id, o.type, e.* FROM orders o
  LEFT JOIN (
    SELECT order_id, array_agg(version || ' ' || status ORDER BY version) AS events,
      count(*) AS events_count, max(version) AS last, min(version) AS first, count(DISTINCT version) AS versions,
      count(*) FILTER (WHERE status IN ('filled', 'cancelled', 'rejected', 'expired')) AS ends,
      max(version) FILTER (WHERE status IN ('filled', 'cancelled', 'rejected', 'expired')) AS ended
    FROM order_events GROUP BY order_id
  ) e ON e.order_id = o.id
  WHERE (e.first = 0 AND e.last + 1 = e.events_count AND e.versions = e.events_count
    AND e.ends = 1 AND e.ended = e.last) IS NOT TRUE`;

/** Orders filled for more than was ordered, or for another quantity than their end says. */
const MISFILLED = `
  SELECT o.id, o.quantity, e.* FROM orders o JOIN (
    SELECT order_id, sum((body::jsonb -> 'fill' ->> 'quantity')::bigint) AS filled, bool_or(status = 'filled') AS whole
    FROM order_events GROUP BY order_id
  ) e ON e.order_id = o.id
  WHERE coalesce(filled, 0) > o.quantity OR whole <> (coalesce(filled, 0) = o.quantity)`;

/** Every acknowledged order is there, once, and each has one end. */
export async function checkOrders(postgres: TestPostgres, record: ClientRecord): Promise<void> {
  const { rows: keys } = await postgres.query("SELECT user_id, key, order_id FROM order_keys");
  const stored = new Map(keys.map(({ user_id, key, order_id }) => [`${user_id} ${key}`, order_id]));
  for (const [key, id] of record.orders) assert.equal(stored.get(key), id, `the order under ${key}`);
  // Every request was repeated until it was acknowledged: there is nothing else.
  assert.equal(stored.size, record.orders.size, "orders that nobody placed");
  const { rows } = await postgres.query(
    "SELECT count(*)::int AS orders, count(DISTINCT id)::int AS ids FROM orders",
  );
  assert.deepEqual(rows[0], { orders: stored.size, ids: stored.size });
  for (const query of [UNFINISHED, MISFILLED]) {
    assert.deepEqual((await postgres.query(`${query} LIMIT 5`)).rows, [], query);
  }
}

/** No event was changed or taken away since it was stored. */
export async function checkChains(postgres: TestPostgres): Promise<void> {
  const config = await connectionConfig({ ...databaseEnv(postgres, "trading"), DATABASE_POOL_SIZE: 1 });
  const { chains, found } = await verifyChains(config);
  assert.deepEqual(found, []);
  assert.ok(chains > 0);
}
