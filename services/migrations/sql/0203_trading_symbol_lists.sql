-- Up Migration

-- A user's orders of one symbol come from what lists them by symbol and status: the open orders and the last events of the
-- others. An index for them alone costs each order more than it saves these lists. Pods of the version before find them by
-- the user's other index, reading more, until they are replaced.
DROP INDEX trading.orders_user_symbol;

-- Down Migration

CREATE INDEX orders_user_symbol ON trading.orders (user_id, symbol, created_at DESC, id DESC);
