import type { Database } from "../../kit/database/index.ts";
import { plainArray } from "../../kit/database/index.ts";
import { lowestUuid7 } from "../../kit/uuid.ts";
import { openChain } from "../chain/chain.ts";
import { fold } from "../saga/events.ts";
import type { Commit, SagaStore } from "../saga/ports.ts";
import { leaseOf } from "../saga/shard.ts";
import type { OrderState } from "../saga/state.ts";
import { eventArrays, insertEvents } from "./events.ts";
import { ORDER_COLUMNS, type OrderRow, orderOf, SPREAD_MS } from "./order-row.ts";

type Placed = { shard: number; id: string; createdAt: number };

/**
 * One statement that checks that the shards are owned under these epochs and that the orders had not ended, and inserts the
 * events; `fenced()` raises an error otherwise. The rows of orders that end are looked up one by one: joined, a planner
 * whose statistics say that the table is small reads all rows for each order (180 instead of 30 us an order). A ctid is as
 * good as a key here, as only this statement changes these rows, and the commits of a shard come one after another.
 */
const COMMIT = {
  name: "saga-commit",
  text: `
  WITH held AS MATERIALIZED (
    SELECT l.epoch FROM leases l, unnest($2::text[], $3::bigint[]) AS h (name, epoch)
    WHERE l.name = h.name AND l.epoch = h.epoch AND l.owner = $1
    FOR SHARE OF l
  ), gone AS (
    DELETE FROM open_orders WHERE ctid = ANY (ARRAY (
      SELECT o.ctid FROM unnest($4::smallint[], $5::uuid[]) AS e (shard, id)
      CROSS JOIN LATERAL (SELECT ctid FROM open_orders p WHERE p.shard = e.shard AND p.id = e.id OFFSET 0) AS o
    ))
    RETURNING 1
  ), resting AS (
    UPDATE open_orders SET resting = true WHERE ctid = ANY (ARRAY (
      SELECT o.ctid FROM unnest($6::smallint[], $7::uuid[]) AS e (shard, id)
      CROSS JOIN LATERAL (SELECT ctid FROM open_orders p WHERE p.shard = e.shard AND p.id = e.id OFFSET 0) AS o
    ))
  ), stored AS (${insertEvents(8)})
  SELECT CASE WHEN (SELECT count(*) FROM held) = cardinality($3) AND (SELECT count(*) FROM gone) = cardinality($5)
    THEN true ELSE fenced() END AS stored`,
};

const UNFINISHED = `
  SELECT ${ORDER_COLUMNS}, p.resting, e.bodies
  FROM open_orders p
  JOIN orders o ON o.id = p.id AND o.created_at = p.created_at
  CROSS JOIN LATERAL (
    SELECT array_agg(body ORDER BY version) AS bodies FROM order_events
    WHERE order_id = p.id AND at >= p.created_at - interval '${SPREAD_MS} ms'
  ) e`;

const LOAD = { name: "saga-load", text: `${UNFINISHED} WHERE p.shard = $1` };
const READ = { name: "saga-read", text: `${UNFINISHED} WHERE p.shard = ANY($1) AND p.id = ANY($2)` };

/** Of orders that a pod of the version before opened. Nobody else changes their rows before this pod has loaded them. */
const RESTING = {
  name: "saga-resting",
  text: "UPDATE open_orders SET resting = true WHERE shard = $1 AND id = ANY($2)",
};

/** Ids begin with the time, so that this reads only the end of each shard's part of the index. */
const PLACED_SINCE = {
  name: "saga-placed-since",
  text: "SELECT shard, id, created_at FROM open_orders WHERE shard = ANY($1) AND id >= $2::uuid",
};

const CANCELLATIONS = {
  name: "saga-cancellations",
  text: "SELECT shard, order_id AS id FROM cancellations WHERE shard = ANY($1)",
};

const SETTLE = {
  name: "saga-settle",
  text: `DELETE FROM cancellations c USING unnest($1::smallint[], $2::uuid[]) AS d (shard, id)
    WHERE c.shard = d.shard AND c.order_id = d.id`,
};

type Unfinished = OrderRow & { resting: boolean; bodies: string[] | null };

/** Stores the orders' events and reads unfinished orders in PostgreSQL. */
export class SqlSagaStore implements SagaStore {
  readonly #database: Database;
  readonly #owner: string;

  /** @param owner the process whose leases `commit` checks */
  constructor(database: Database, owner: string) {
    this.#database = database;
    this.#owner = owner;
  }

  async load(shard: number): Promise<OrderState[]> {
    const rows = await this.#database.repeatable<Unfinished>(LOAD, [shard]);
    const states = rows.map(stateOf);
    const opened = rows.filter(({ resting }, i) => !resting && states[i]?.status === "open");
    if (opened.length > 0)
      await this.#database.repeatable(RESTING, [shard, plainArray(opened.map(({ id }) => id))]);
    return states;
  }

  async read(orders: Placed[]): Promise<OrderState[]> {
    const shards = plainArray([...new Set(orders.map(({ shard }) => shard))]);
    const ids = plainArray(orders.map(({ id }) => id));
    return (await this.#database.repeatable<Unfinished>(READ, [shards, ids])).map(stateOf);
  }

  async placedSince(shards: number[], sinceMs: number): Promise<Placed[]> {
    const values = [plainArray(shards), lowestUuid7(sinceMs)];
    const rows = await this.#database.repeatable<{ shard: number; id: string; created_at: Date }>(
      PLACED_SINCE,
      values,
    );
    return rows.map(({ shard, id, created_at }) => ({ shard, id, createdAt: created_at.getTime() }));
  }

  cancellations(shards: number[]): Promise<{ shard: number; id: string }[]> {
    return this.#database.repeatable(CANCELLATIONS, [plainArray(shards)]);
  }

  async settleCancellations(orders: { shard: number; id: string }[]): Promise<void> {
    const shards = plainArray(orders.map(({ shard }) => shard));
    await this.#database.repeatable(SETTLE, [shards, plainArray(orders.map(({ id }) => id))]);
  }

  async commit({ events, ended, opened = [], held }: Commit): Promise<void> {
    await this.#database.single(COMMIT, [
      this.#owner,
      plainArray(held.map(({ shard }) => leaseOf(shard))),
      plainArray(held.map(({ epoch }) => epoch)),
      plainArray(ended.map(({ shard }) => shard)),
      plainArray(ended.map(({ id }) => id)),
      plainArray(opened.map(({ shard }) => shard)),
      plainArray(opened.map(({ id }) => id)),
      ...eventArrays(events),
    ]);
  }

  openChain(writer: string): Promise<{ chain: number; hash: Buffer }> {
    return openChain(this.#database, writer);
  }
}

function stateOf(row: Unfinished): OrderState {
  const order = orderOf(row);
  return fold(order, row.bodies ?? []);
}
