import { mills } from "../saga/events.ts";
import type { PlacedOrder } from "../saga/state.ts";

/** A row of `orders`: numbers that JavaScript can't represent exactly come as text. */
export interface OrderRow {
  id: string;
  created_at: Date;
  user_id: string;
  symbol: string;
  side: PlacedOrder["side"];
  type: PlacedOrder["type"];
  quantity: string;
  limit_price: string | null;
  worst_price: string;
}

export const ORDER_COLUMNS =
  "o.id, o.created_at, o.user_id, o.symbol, o.side, o.type, o.quantity, o.limit_price, o.worst_price";

/**
 * How far an order's `created_at` and its events' times may differ from the time in its id, as pods' clocks differ. Queries
 * name this range, so that PostgreSQL reads only one or two partitions.
 */
export const SPREAD_MS = 3_600_000;

export function orderOf(row: OrderRow): PlacedOrder {
  return {
    id: row.id,
    userId: row.user_id,
    symbol: row.symbol,
    side: row.side,
    type: row.type,
    quantity: Number(row.quantity),
    limitPrice: row.limit_price ?? undefined,
    worst: mills(row.worst_price),
    createdAt: row.created_at.getTime(),
  };
}
