import type { Database } from "../../kit/database/index.ts";
import { timeOf } from "../../kit/uuid.ts";
import { INSTRUMENTS } from "../../market/index.ts";
import type { EventBody } from "../saga/events.ts";
import { shardOf } from "../saga/shard.ts";
import type { PlacedOrder, Status } from "../saga/state.ts";
import { LAST, pageStatement } from "./order-lists.ts";
import { ORDER_COLUMNS, type OrderRow, orderOf, SPREAD_MS } from "./order-row.ts";

/** An order and its last event. */
export interface OrderNow {
  order: PlacedOrder;
  last: EventBody | undefined;
}

export interface Filter {
  after?: Cursor | undefined;
  limit: number;
  symbol?: string | undefined;
  status?: Status | undefined;
}

const BY_ID = {
  name: "order-by-id",
  text: `SELECT ${ORDER_COLUMNS}, e.body FROM orders o ${LAST}
    WHERE o.id = $1 AND o.created_at BETWEEN $2 AND $3 AND o.user_id = $4`,
};

const EVENTS = {
  name: "order-events",
  text: "SELECT body FROM order_events WHERE order_id = $1 AND at >= $2 ORDER BY version",
};

const ASK_CANCEL = {
  name: "order-cancel",
  text: "INSERT INTO cancellations (shard, order_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
};

type Row = OrderRow & { body: string | null };

/**
 * Orders as users see them; each sees only their own. Every method throws ProblemError 503 when the database is
 * away, 429 when too much of one user's waits.
 */
export class OrderReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @param first whether it goes before what else of the user's waits for its turn */
  async find(userId: string, id: string, first = false): Promise<OrderNow | undefined> {
    const at = timeOf(id);
    const [from, to] = [new Date(at - SPREAD_MS), new Date(at + SPREAD_MS)];
    const read = () => this.#database.repeatable<Row>(BY_ID, [id, from, to, userId]);
    const [row] = await this.#database.ofUser(userId, read, first);
    return row && nowOf(row);
  }

  /** At most `limit` orders, newest first, and the place to go on from when there are more. */
  async list(userId: string, filter: Filter): Promise<{ orders: OrderNow[]; next: Cursor | undefined }> {
    const { after, symbol, status, limit } = filter;
    const query = { userId, after, symbol, status, limit: limit + 1 };
    const [statement, values] = pageStatement(query, [...INSTRUMENTS.keys()]);
    const rows = await this.#database.ofUser(userId, () => this.#database.repeatable<Row>(statement, values));
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    // Pods of the version before don't note in `open_orders` which orders rest.
    const fits = ({ last }: OrderNow) => status === undefined || last?.status === status;
    return {
      orders: page.map(nowOf).filter(fits),
      next: last && { createdAt: last.created_at, id: last.id },
    };
  }

  /** What happened to an order, in its order. */
  async events({ id, userId, createdAt }: PlacedOrder): Promise<EventBody[]> {
    const values = [id, new Date(createdAt - SPREAD_MS)];
    const read = () => this.#database.repeatable<{ body: string }>(EVENTS, values);
    const rows = await this.#database.ofUser(userId, read);
    return rows.map(({ body }) => JSON.parse(body) as EventBody);
  }

  /** Stores a cancellation for the pod that owns the order's shard. */
  async askToCancel({ id, symbol }: PlacedOrder): Promise<void> {
    await this.#database.repeatable(ASK_CANCEL, [shardOf(symbol), id]);
  }
}

function nowOf(row: Row): OrderNow {
  return { order: orderOf(row), last: row.body === null ? undefined : (JSON.parse(row.body) as EventBody) };
}

/** A place in a user's list of orders: the last order of a page. */
export interface Cursor {
  createdAt: Date;
  id: string;
}

/** A time in milliseconds since 1970 and an id: a pattern that the document can tell. */
export const CURSOR = /^(0|[1-9][0-9]{0,12})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** A cursor as text: safe in a URL, and not to be made by clients. */
export function encodeCursor({ createdAt, id }: Cursor): string {
  return `${createdAt.getTime()}.${id}`;
}

/** Undefined when the text is not a cursor that `encodeCursor` might write. */
export function decodeCursor(text: string): Cursor | undefined {
  const [, time, id] = CURSOR.exec(text) ?? [];
  return time && id ? { createdAt: new Date(Number(time)), id } : undefined;
}
