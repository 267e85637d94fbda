import { isEnd, type Status } from "../saga/state.ts";
import { ORDER_COLUMNS, SPREAD_MS } from "./order-row.ts";

/** The last event of the order `o`, as `e`. */
export const LAST = `
  LEFT JOIN LATERAL (
    SELECT status, body FROM order_events
    WHERE order_id = o.id AND at >= o.created_at - interval '${SPREAD_MS} ms'
    ORDER BY version DESC LIMIT 1
  ) e ON true`;

/** A user's orders whatever their symbol and status: $1 user, $2 and $3 before which order, $4 limit. */
const ALL = {
  name: "order-page",
  text: `
  SELECT ${ORDER_COLUMNS}, e.body FROM orders o ${LAST}
  WHERE o.user_id = $1 AND (o.created_at, o.id) < ($2::timestamptz, $3::uuid)
  ORDER BY o.created_at DESC, o.id DESC LIMIT $4`,
};

/**
 * One page of a user's other lists: $1 user, $2 before which id, $3 limit, and what `page` names besides. `page` finds the
 * ids, which lead to their partitions. Ids begin with the time of `created_at`, so that both give the same order.
 */
const list = (name: string, ...page: string[]) => ({
  name,
  text: `
  WITH page AS MATERIALIZED (${page.join(" UNION ALL ")} ORDER BY id DESC LIMIT $3)
  SELECT ${ORDER_COLUMNS}, e.body
  FROM (SELECT id, time_of(id) AS at FROM page) p
  CROSS JOIN LATERAL (
    SELECT * FROM orders WHERE id = p.id
      AND created_at BETWEEN p.at - interval '${SPREAD_MS} ms' AND p.at + interval '${SPREAD_MS} ms'
  ) o ${LAST}
  ORDER BY o.id DESC`,
});

const ENDS = "('filled', 'cancelled', 'rejected', 'expired')";
const EACH_END = `unnest(ARRAY[${ENDS.slice(1, -1)}])`;

/** Ids of orders that ended with one of `statuses`, a set. */
const ended = (statuses: string, ofSymbol: (column: string) => string): string => `
  (SELECT l.id FROM ${statuses} AS s (status)
   CROSS JOIN LATERAL (
     SELECT order_id AS id FROM order_events
     WHERE user_id = $1 ${ofSymbol("symbol")} AND status = s.status AND order_id < $2::uuid
     ORDER BY order_id DESC LIMIT $3
   ) l)
  UNION ALL
  (SELECT l.id FROM ${statuses} AS s (status)
   CROSS JOIN LATERAL (
     SELECT order_id AS id FROM order_events
     WHERE user_id IS NULL AND status IN ${ENDS} AND body::json ->> 'userId' = $1
       ${ofSymbol("body::json ->> 'symbol'")} AND status = s.status AND order_id < $2::uuid
     ORDER BY order_id DESC LIMIT $3
   ) l)`;

/** Ids of orders of `symbols`, an array, that haven't ended and are on the book, or not, as the set `resting` says. */
const live = (symbols: string, resting: string, ofStatus: string): string => `
  (SELECT l.id FROM unnest(${symbols}) AS s (symbol) CROSS JOIN ${resting} AS r (resting)
   CROSS JOIN LATERAL (
     SELECT id FROM open_orders
     WHERE user_id = $1 AND resting = r.resting AND symbol = s.symbol AND id < $2::uuid
     ORDER BY id DESC LIMIT $3
   ) l)
  UNION ALL
  (SELECT u.id FROM (SELECT id, created_at FROM open_orders WHERE user_id IS NULL AND id < $2::uuid) u
   CROSS JOIN LATERAL (
     SELECT * FROM orders WHERE id = u.id AND created_at = u.created_at AND user_id = $1 AND symbol = ANY (${symbols})
   ) o ${ofStatus})`;

/** $4 status. */
const ENDED = list(
  "order-page-ended",
  ended("(VALUES ($4))", () => ""),
);
/** $4 status, $5 symbol. */
const ENDED_OF_SYMBOL = list(
  "order-page-ended-symbol",
  ended("(VALUES ($4))", (column) => `AND ${column} = $5`),
);
/** $4 status, $5 symbols. */
const LIVE = list(
  "order-page-live",
  live("$5::text[]", "(VALUES ($4 = 'open'))", `${LAST} WHERE e.status = $4`),
);
/** $4 symbol. */
const OF_SYMBOL = list(
  "order-page-symbol",
  ended(EACH_END, (column) => `AND ${column} = $4`),
  live("ARRAY[$4]", "(VALUES (true), (false))", ""),
);

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
  const id = after?.id ?? LAST_ID;
  if (status === undefined) {
    if (symbol !== undefined) return [OF_SYMBOL, [userId, id, limit, symbol]];
    return [ALL, [userId, after?.createdAt ?? "infinity", id, limit]];
  }
  const values = [userId, id, limit, status];
  if (!isEnd(status)) return [LIVE, [...values, symbol === undefined ? symbols : [symbol]]];
  return symbol === undefined ? [ENDED, values] : [ENDED_OF_SYMBOL, [...values, symbol]];
}
