-- Up Migration

-- The feed is in order of the transactions' numbers. Those of a cluster that a logical dump was restored into begin anew,
-- below what is stored: `rebase-feed` has this added to them from then on.
CREATE TABLE trading.feed_base (
  added bigint NOT NULL CHECK (added >= 0)
);
CREATE UNIQUE INDEX feed_base_one ON trading.feed_base ((true));
INSERT INTO trading.feed_base VALUES (0);
GRANT SELECT ON trading.feed_base TO trading;

-- Down Migration

ALTER TABLE trading.order_events ALTER COLUMN xid SET DEFAULT pg_current_xact_id();
DROP TABLE trading.feed_base;
