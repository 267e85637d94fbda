-- Up Migration

-- A user's list of orders by status comes from an index, however many orders the user has placed: of those that ended, from
-- their last events; of the others, from `open_orders`.

ALTER TABLE trading.open_orders
  ADD COLUMN user_id text,
  ADD COLUMN symbol text,
  -- On the exchange's book: its status is `open`. Changed once, by the statement that stores the event `opened`.
  ADD COLUMN resting boolean NOT NULL DEFAULT false;
UPDATE trading.open_orders p
SET user_id = o.user_id, symbol = o.symbol,
    resting = EXISTS (SELECT FROM trading.order_events e WHERE e.order_id = p.id AND e.status = 'open')
FROM trading.orders o
WHERE o.id = p.id AND o.created_at = p.created_at;
CREATE INDEX open_orders_user ON trading.open_orders (user_id, resting, symbol, id DESC) WHERE user_id IS NOT NULL;
-- Rows that pods of the version before add while they are replaced.
CREATE INDEX open_orders_without_user ON trading.open_orders (id) WHERE user_id IS NULL;
GRANT UPDATE (resting) ON trading.open_orders TO trading;

-- Whose order it was and of what: with an order's last event alone, which says how it ended.
ALTER TABLE trading.order_events ADD COLUMN user_id text, ADD COLUMN symbol text;
CREATE INDEX order_events_ended ON trading.order_events (user_id, status, order_id DESC) WHERE user_id IS NOT NULL;
CREATE INDEX order_events_ended_symbol ON trading.order_events (user_id, symbol, status, order_id DESC)
  WHERE user_id IS NOT NULL;
-- What was stored without these columns stays as it is: events never change. Their text says it, too.
CREATE INDEX order_events_ended_text ON trading.order_events ((body::json ->> 'userId'), status, order_id DESC)
  WHERE user_id IS NULL AND status IN ('filled', 'cancelled', 'rejected', 'expired');
CREATE INDEX order_events_ended_symbol_text
  ON trading.order_events ((body::json ->> 'userId'), (body::json ->> 'symbol'), status, order_id DESC)
  WHERE user_id IS NULL AND status IN ('filled', 'cancelled', 'rejected', 'expired');

CREATE INDEX orders_user_symbol ON trading.orders (user_id, symbol, created_at DESC, id DESC);

-- The time in a version 7 UUID.
CREATE FUNCTION trading.time_of(id uuid) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN to_timestamp(('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint / 1000.0);
GRANT EXECUTE ON FUNCTION trading.time_of TO trading;

-- Down Migration

DROP FUNCTION trading.time_of;
DROP INDEX trading.orders_user_symbol;
-- Indexes go with their columns.
ALTER TABLE trading.order_events DROP COLUMN user_id, DROP COLUMN symbol;
ALTER TABLE trading.open_orders DROP COLUMN user_id, DROP COLUMN symbol, DROP COLUMN resting;
