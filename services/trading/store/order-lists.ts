import { isEnd, type Status } from "../saga/state.ts";
import { ORDER_COLUMNS, SPREAD_MS } from "./order-row.ts";

/** The last event of the order `o`, as `e`. */
export const LAST = `
  LEFT JOIN LATERAL (
    SELECT status, body FROM order_events
    WHERE order_id = o.id AND at >= o.created_at - interval '${SPREAD_MS} ms'
    ORDER BY version DESC LIMIT 1
  ) e ON true`;

/** One page of a user's orders without a filter by status: $1 user, $2 and $3 before which order, $4 limit. */
const byDate = (name: string, filter: string) => ({
  name,
  text: `
  SELECT ${ORDER_COLUMNS}, e.body FROM orders o ${LAST}
  WHERE o.user_id = $1 ${filter} AND (o.created_at, o.id) < ($2::timestamptz, $3::uuid)
  ORDER BY o.created_at DESC, o.id DESC LIMIT $4`,
});

/**
 * The orders of `page`, whose ids lead to their partitions. Ids begin with the time of `created_at`, so that both give the
 * same order.
 */
const ordersOf = (page: string) => `
  WITH page AS MATERIALIZED (${page})
  SELECT ${ORDER_COLUMNS}, e.body
  FROM (SELECT id, time_of(id) AS at FROM page) p
  CROSS JOIN LATERAL (
    SELECT * FROM orders WHERE id = p.id
      AND created_at BETWEEN p.at - interval '${SPREAD_MS} ms' AND p.at + interval '${SPREAD_MS} ms'
  ) o ${LAST}
  ORDER BY o.id DESC`;

const ENDS = "status IN ('filled', 'cancelled', 'rejected', 'expired')";

/** Orders that ended with a status: $1 user, $2 before which id, $3 limit, $4 status, and perhaps $5 symbol. */
const ended = (name: string, bySymbol: boolean) => ({
  name,
  text: ordersOf(`
    (SELECT order_id AS id FROM order_events
     WHERE user_id = $1 ${bySymbol ? "AND symbol = $5" : ""} AND status = $4 AND order_id < $2::uuid
     ORDER BY order_id DESC LIMIT $3)
    UNION ALL
    (SELECT order_id FROM order_events
     WHERE user_id IS NULL AND ${ENDS} AND body::json ->> 'userId' = $1
       ${bySymbol ? "AND body::json ->> 'symbol' = $5" : ""} AND status = $4 AND order_id < $2::uuid
     ORDER BY order_id DESC LIMIT $3)
    ORDER BY id DESC LIMIT $3`),
});

/** Orders that haven't ended: $1 user, $2 before which id, $3 limit, $4 status, $5 symbols. */
const live = {
  name: "order-page-live",
  text: ordersOf(`
    (SELECT l.id FROM unnest($5::text[]) AS s (symbol)
     CROSS JOIN LATERAL (
       SELECT id FROM open_orders
       WHERE user_id = $1 AND resting = ($4 = 'open') AND symbol = s.symbol AND id < $2::uuid
       ORDER BY id DESC LIMIT $3
     ) l)
    UNION ALL
    (SELECT u.id FROM (SELECT id, created_at FROM open_orders WHERE user_id IS NULL AND id < $2::uuid) u
     CROSS JOIN LATERAL (
       SELECT * FROM orders WHERE id = u.id AND created_at = u.created_at AND user_id = $1 AND symbol = ANY ($5)
     ) o ${LAST}
     WHERE e.status = $4)
    ORDER BY id DESC LIMIT $3`),
};

const ALL = byDate("order-page", "");
const OF_SYMBOL = byDate("order-page-symbol", "AND o.symbol = $5");
const ENDED = ended("order-page-ended", false);
const ENDED_OF_SYMBOL = ended("order-page-ended-symbol", true);

/** Above all version 7 UUIDs. */
const LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";

export interface PageQuery {
  userId: string;
  after: { createdAt: Date; id: string } | undefined;
  symbol: string | undefined;
  status: Status | undefined;
  limit: number;
}

/**
 * The statement that reads one page of a user's orders, newest first, and its values. Whatever the filter, an index has the
 * page's orders one after another: none reads more the longer the user's history is.
 * @param symbols all that there are
 */
export function pageStatement(
  { userId, after, symbol, status, limit }: PageQuery,
  symbols: readonly string[],
): [statement: { name: string; text: string }, values: unknown[]] {
  if (status === undefined) {
    const values = [userId, after?.createdAt ?? "infinity", after?.id ?? LAST_ID, limit];
    return symbol === undefined ? [ALL, values] : [OF_SYMBOL, [...values, symbol]];
  }
  const values = [userId, after?.id ?? LAST_ID, limit, status];
  if (!isEnd(status)) return [live, [...values, symbol === undefined ? symbols : [symbol]]];
  return symbol === undefined ? [ENDED, values] : [ENDED_OF_SYMBOL, [...values, symbol]];
}
