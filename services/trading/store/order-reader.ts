import type { Database } from "../../kit/database/index.ts";
import { timeOf } from "../../kit/uuid.ts";
import type { EventBody } from "../saga/events.ts";
import { shardOf } from "../saga/shard.ts";
import type { PlacedOrder, Status } from "../saga/state.ts";
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

const LAST = `
  LEFT JOIN LATERAL (
    SELECT status, body FROM order_events
    WHERE order_id = o.id AND at >= o.created_at - interval '${SPREAD_MS} ms'
    ORDER BY version DESC LIMIT 1
  ) e ON true`;

const BY_ID = {
  name: "order-by-id",
  text: `SELECT ${ORDER_COLUMNS}, e.body FROM orders o ${LAST}
    WHERE o.id = $1 AND o.created_at BETWEEN $2 AND $3 AND o.user_id = $4`,
};

const PAGE = {
  name: "order-page",
  text: `
  SELECT ${ORDER_COLUMNS}, e.body FROM orders o ${LAST}
  WHERE o.user_id = $1
    AND ($2::timestamptz IS NULL OR (o.created_at, o.id) < ($2, $3::uuid))
    AND ($4::text IS NULL OR o.symbol = $4)
    AND ($5::text IS NULL OR e.status = $5)
  ORDER BY o.created_at DESC, o.id DESC
  LIMIT $6`,
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

/** Orders as users see them; each sees only their own. Every method throws ProblemError 503 when the database is away. */
export class OrderReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(userId: string, id: string): Promise<OrderNow | undefined> {
    const at = timeOf(id);
    const [from, to] = [new Date(at - SPREAD_MS), new Date(at + SPREAD_MS)];
    const [row] = await this.#database.repeatable<Row>(BY_ID, [id, from, to, userId]);
    return row && nowOf(row);
  }

  /** At most `limit` orders, newest first, and the place to go on from when there are more. */
  async list(userId: string, filter: Filter): Promise<{ orders: OrderNow[]; next: Cursor | undefined }> {
    const { after, symbol = null, status = null, limit } = filter;
    const values = [userId, after?.createdAt ?? null, after?.id ?? null, symbol, status, limit + 1];
    const rows = await this.#database.repeatable<Row>(PAGE, values);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return { orders: page.map(nowOf), next: last && { createdAt: last.created_at, id: last.id } };
  }

  /** What happened to an order, in its order. */
  async events({ id, createdAt }: PlacedOrder): Promise<EventBody[]> {
    const values = [id, new Date(createdAt - SPREAD_MS)];
    const rows = await this.#database.repeatable<{ body: string }>(EVENTS, values);
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
