import type { Database } from "../../kit/database/index.ts";
import { bytesArray, isUniqueViolation, plainArray, textArray } from "../../kit/database/index.ts";
import { priceText } from "../../market/index.ts";
import { type AcceptStore, type Kept, keyOf, type Request } from "../accept/accept.ts";
import { openChain } from "../chain/chain.ts";
import type { StoredEvent } from "../saga/events.ts";
import { shardOf } from "../saga/shard.ts";
import { SEPARATOR, timeArray } from "./events.ts";
import { ORDER_COLUMNS, type OrderRow, orderOf } from "./order-row.ts";

/**
 * No ON CONFLICT: keys are new, except when requests are repeated, and then `Accept` looks up the whole batch. Of an order's
 * first event only the link, hash and body are parameters, as the rest follows from the order: each array has its cost.
 */
const INSERT = {
  name: "accept",
  text: `
  WITH batch AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
      $8::numeric[], $9::numeric[], $10::smallint[], $11::text[], $12::bytea[], $14::int[], $15::bytea[],
      string_to_array($16, '${SEPARATOR}'))
      AS t (id, created_at, user_id, symbol, side, type, quantity, limit_price, worst_price, shard, key, fingerprint,
        link, hash, body)
  ), keys AS (
    INSERT INTO order_keys (user_id, key, order_id, created_at, fingerprint)
    SELECT user_id, key, id, created_at, fingerprint FROM batch
  ), placed AS (
    INSERT INTO orders (id, created_at, user_id, symbol, side, type, quantity, limit_price, worst_price)
    SELECT id, created_at, user_id, symbol, side, type, quantity, limit_price, worst_price FROM batch
  ), open AS (
    INSERT INTO open_orders (shard, id, created_at, user_id, symbol)
    SELECT shard, id, created_at, user_id, symbol FROM batch
  )
  INSERT INTO order_events (chain, link, at, order_id, version, status, fed, hash, body)
  SELECT $13::int, link, created_at, id, 0, 'accepted', false, hash, body FROM batch`,
};

const LOOK_UP = {
  name: "accept-look-up",
  text: `
  SELECT k.key, k.fingerprint, ${ORDER_COLUMNS}
  FROM unnest($1::text[], $2::text[]) AS w (user_id, key)
  JOIN order_keys k ON k.user_id = w.user_id AND k.key = w.key
  JOIN orders o ON o.id = k.order_id AND o.created_at = k.created_at`,
};

/** Stores accepted orders in PostgreSQL. */
export class SqlAcceptStore implements AcceptStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async insert(requests: Request[], events: StoredEvent[]): Promise<boolean> {
    const orders = requests.map(({ order }) => order);
    const values = [
      plainArray(orders.map(({ id }) => id)),
      timeArray(orders.map(({ createdAt }) => createdAt)),
      textArray(orders.map(({ userId }) => userId)),
      plainArray(orders.map(({ symbol }) => symbol)),
      plainArray(orders.map(({ side }) => side)),
      plainArray(orders.map(({ type }) => type)),
      plainArray(orders.map(({ quantity }) => quantity)),
      plainArray(orders.map(({ limitPrice = "NULL" }) => limitPrice)),
      plainArray(orders.map(({ worst }) => priceText(worst))),
      plainArray(orders.map(({ symbol }) => shardOf(symbol))),
      textArray(requests.map(({ key }) => key)),
      bytesArray(requests.map(({ fingerprint }) => fingerprint)),
      events[0]?.chain,
      plainArray(events.map(({ link }) => link)),
      bytesArray(events.map(({ hash }) => hash)),
      events.map(({ body }) => body).join(SEPARATOR),
    ];
    try {
      await this.#database.repeatable(INSERT, values);
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  async lookUp(requests: Request[]): Promise<Map<string, Kept>> {
    const users = textArray(requests.map(({ order }) => order.userId));
    const keys = textArray(requests.map(({ key }) => key));
    type Row = OrderRow & { key: string; fingerprint: Buffer };
    const rows = await this.#database.repeatable<Row>(LOOK_UP, [users, keys]);
    return new Map(
      rows.map((row) => {
        const order = orderOf(row);
        return [keyOf({ key: row.key, order }), { fingerprint: row.fingerprint, order }];
      }),
    );
  }

  openChain(writer: string): Promise<{ chain: number; hash: Buffer }> {
    return openChain(this.#database, writer);
  }
}
