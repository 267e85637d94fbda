import type { Cursor } from "../kit/cursor.ts";
import { isForeignKeyViolation } from "../kit/database/connection-loss.ts";
import type { Database } from "../kit/database/database.ts";
import { ProblemError } from "../kit/problem.ts";
import { uuid7 } from "../kit/uuid7.ts";
import { fingerprint } from "./idempotency.ts";
import type { NewOrder, Order } from "./order.ts";

/** Numbers that JavaScript does not hold exactly come as text. */
interface Row {
  id: string;
  fingerprint: Buffer;
  symbol: string;
  side: Order["side"];
  type: Order["type"];
  quantity: string;
  limit_price: string | null;
  status: Order["status"];
  created_at: Date;
}

export interface Placed {
  order: Order;
  /** Stored by an earlier request with the same key. */
  replayed: boolean;
}

export interface Filter {
  after?: Cursor | undefined;
  limit: number;
  symbol?: string | undefined;
  status?: Order["status"] | undefined;
}

const COLUMNS = "id, fingerprint, symbol, side, type, quantity, limit_price, status, created_at";

const INSERT = `
  INSERT INTO orders (id, user_id, idempotency_key, fingerprint, symbol, side, type, quantity, limit_price)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  ON CONFLICT (user_id, idempotency_key) DO NOTHING
  RETURNING ${COLUMNS}`;

const BY_KEY = `SELECT ${COLUMNS} FROM orders WHERE user_id = $1 AND idempotency_key = $2`;

const BY_ID = `SELECT ${COLUMNS} FROM orders WHERE user_id = $1 AND id = $2`;

const PAGE = `
  SELECT ${COLUMNS} FROM orders
  WHERE user_id = $1
    AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
    AND ($4::text IS NULL OR symbol = $4)
    AND ($5::text IS NULL OR status = $5)
  ORDER BY created_at DESC, id DESC
  LIMIT $6`;

/** Orders of users; each user sees only their own. Every method throws ProblemError 503 when the database is away. */
export class OrderStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Stores an order in one durable write, once per user and key.
   * @throws ProblemError 422 for an unknown symbol, or a key that was used for another order.
   */
  async place(userId: string, key: string, order: NewOrder): Promise<Placed> {
    const print = fingerprint(order);
    const id = uuid7();
    const { symbol, side, type, quantity } = order;
    const price = order.type === "limit" ? order.limitPrice : null;
    const values = [id, userId, key, print, symbol, side, type, quantity, price];
    const inserted = await this.#database.repeatable<Row>(INSERT, values).catch((error: unknown) => {
      throw isForeignKeyViolation(error) ? unknownSymbol(symbol) : error;
    });
    // A separate statement, as the insert's own snapshot does not show a row that another request just committed.
    const [row] =
      inserted.length > 0 ? inserted : await this.#database.repeatable<Row>(BY_KEY, [userId, key]);
    if (!row) throw new Error(`the order under a key that conflicts is not there`);
    if (!row.fingerprint.equals(print)) throw otherOrder();
    return { order: asPlaced(row), replayed: row.id !== id };
  }

  async find(userId: string, id: string): Promise<Order | undefined> {
    const [row] = await this.#database.repeatable<Row>(BY_ID, [userId, id]);
    return row && asOrder(row);
  }

  /** At most `limit` orders, newest first, and the place to go on from when there are more. */
  async list(userId: string, filter: Filter): Promise<{ orders: Order[]; next: Cursor | undefined }> {
    const { after, symbol, status, limit } = filter;
    const values = [
      userId,
      after?.createdAt ?? null,
      after?.id ?? null,
      symbol ?? null,
      status ?? null,
      limit + 1,
    ];
    const rows = await this.#database.repeatable<Row>(PAGE, values);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return { orders: page.map(asOrder), next: last && { createdAt: last.created_at, id: last.id } };
  }
}

function asOrder(row: Row): Order {
  return {
    id: row.id,
    symbol: row.symbol,
    side: row.side,
    type: row.type,
    quantity: Number(row.quantity),
    ...(row.limit_price !== null && { limitPrice: row.limit_price }),
    status: row.status,
    createdAt: row.created_at.toISOString(),
  };
}

/** The order as it was when it was placed: a repeat gets the first answer, also after the order went on. */
function asPlaced(row: Row): Order {
  return { ...asOrder(row), status: "accepted" };
}

function unknownSymbol(symbol: string): ProblemError {
  const errors = [
    { field: "symbol", pointer: "/symbol", message: `${symbol} is not an instrument traded here` },
  ];
  return new ProblemError(422, "The order's symbol is unknown.", { errors });
}

function otherOrder(): ProblemError {
  const errors = [{ field: "Idempotency-Key", message: "was used for an order with another content" }];
  return new ProblemError(422, "This Idempotency-Key belongs to another order; use a new key.", { errors });
}
