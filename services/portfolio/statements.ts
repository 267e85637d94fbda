/** The statements by which the feed is booked; each connection keeps them prepared under their names. */

/** Nothing comes back when the stored position isn't $1. */
export const ADVANCE = {
  name: "advance",
  text: `UPDATE feed_positions SET position = $2
    WHERE feed = 'orders' AND position IS NOT DISTINCT FROM $1 RETURNING position`,
};

export const POSITION = {
  name: "position",
  text: "SELECT position FROM feed_positions WHERE feed = 'orders'",
};

/** A no-op for holdings that another has opened meanwhile. */
export const OPEN = {
  name: "open",
  text: `INSERT INTO holdings (user_id, symbol)
    SELECT k.u, k.s FROM unnest($1::text[], $2::text[]) AS k (u, s) ORDER BY k.u, k.s ON CONFLICT DO NOTHING`,
};

/** Every writer locks holdings in order of their key, so that two can't wait for each other. */
export const LOCK = {
  name: "lock",
  text: `SELECT user_id, symbol, quantity, reserved, cost, realised FROM holdings
    WHERE (user_id, symbol) IN (SELECT k.u, k.s FROM unnest($1::text[], $2::text[]) AS k (u, s))
    ORDER BY user_id, symbol FOR NO KEY UPDATE`,
};

export const RESERVATIONS = {
  name: "reservations",
  text: "SELECT id, state, quantity, sold FROM reservations WHERE id = ANY ($1::uuid[])",
};

export const STORE_HOLDINGS = {
  name: "store-holdings",
  text: `UPDATE holdings h SET quantity = n.quantity, reserved = n.reserved, cost = n.cost, realised = n.realised
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::numeric[], $6::numeric[])
      AS n (user_id, symbol, quantity, reserved, cost, realised)
    WHERE h.user_id = n.user_id AND h.symbol = n.symbol`,
};

export const STORE_RESERVATIONS = {
  name: "store-reservations",
  text: `INSERT INTO reservations (id, user_id, symbol, state, quantity, sold)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, sold = excluded.sold`,
};

export const STORE_SUSPENSE = {
  name: "store-suspense",
  text: `INSERT INTO suspense (order_id, fill_id, event)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::jsonb[]) ON CONFLICT DO NOTHING`,
};
