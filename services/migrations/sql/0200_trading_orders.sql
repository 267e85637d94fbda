-- Up Migration

-- What was ordered. Never changes: how an order goes on, its events tell.
CREATE TABLE trading.orders (
  -- A version 7 UUID of the millisecond in created_at, so that an id leads to its partition.
  id uuid NOT NULL,
  -- Whole milliseconds, which JavaScript dates and cursors hold exactly.
  created_at timestamptz(3) NOT NULL,
  user_id text NOT NULL,
  symbol text NOT NULL,
  side text NOT NULL CHECK (side IN ('buy', 'sell')),
  type text NOT NULL CHECK (type IN ('market', 'limit')),
  quantity bigint NOT NULL CHECK (quantity > 0),
  -- No scale is given, so that a price comes back with the digits it was sent with.
  limit_price numeric CHECK ((type = 'limit') = (limit_price IS NOT NULL)),
  -- The worst price it may trade at: its limit, or what bounds a market order.
  worst_price numeric(12, 3) NOT NULL CHECK (worst_price > 0),
  PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);

CREATE INDEX idx_orders_user_date ON trading.orders (user_id, created_at DESC, id DESC);

-- One order a user and key, in whichever partition it lies.
CREATE TABLE trading.order_keys (
  user_id text NOT NULL,
  key text NOT NULL,
  order_id uuid NOT NULL,
  -- The order's.
  created_at timestamptz(3) NOT NULL,
  -- SHA-256 of the request as it was understood: tells a repeat from another request under the same key.
  fingerprint bytea NOT NULL,
  PRIMARY KEY (user_id, key)
);

-- Orders without an end, which the pod that holds their shard works. A row a live order: small, and soon gone.
CREATE TABLE trading.open_orders (
  shard smallint NOT NULL,
  id uuid NOT NULL,
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (shard, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

-- What clients asked to be cancelled, until the pod that holds the shard has seen to it.
CREATE TABLE trading.cancellations (
  shard smallint NOT NULL,
  order_id uuid NOT NULL,
  requested_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (shard, order_id)
);

-- What happened to orders: the audit trail, and the outbox. Only ever added to.
CREATE TABLE trading.order_events (
  -- The transaction: readers take what is below the oldest one under way, so that a late commit is never passed.
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  chain integer NOT NULL,
  link integer NOT NULL,
  at timestamptz(3) NOT NULL,
  order_id uuid NOT NULL,
  -- Counts an order's events from 0, `placed`.
  version smallint NOT NULL,
  -- Of the order, once this has happened.
  status text NOT NULL,
  -- Whether other services hear of it.
  fed boolean NOT NULL,
  -- SHA-256 of the hash before it in the chain and the body.
  hash bytea NOT NULL,
  -- The event itself as canonical JSON (RFC 8785), byte for byte as it was hashed.
  body text NOT NULL
) PARTITION BY RANGE (at);

CREATE INDEX order_events_order ON trading.order_events (order_id, version);
-- Finds a link's neighbours; costs next to nothing to keep, as links are stored about in their order.
CREATE INDEX order_events_chain ON trading.order_events USING brin (chain, link) WITH (pages_per_range = 16, autosummarize = on);
CREATE INDEX order_events_feed ON trading.order_events (xid, chain, link) WHERE fed;

-- Where chains of events begin, a chain itself.
CREATE TABLE trading.event_chains (
  chain integer PRIMARY KEY,
  hash bytea NOT NULL,
  body text NOT NULL
);

-- Who works what. Each new holder counts the epoch up, so that a former one's commits are refused.
CREATE TABLE trading.leases (
  name text PRIMARY KEY,
  owner text,
  epoch bigint NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL DEFAULT 'epoch',
  -- Orders of the shard that its holder has not executed or put on the book yet.
  backlog integer NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

INSERT INTO trading.leases (name)
SELECT 'shard-' || n FROM generate_series(0, 7) AS n UNION ALL VALUES ('feed'), ('upkeep');

CREATE TABLE trading.members (
  name text PRIMARY KEY,
  expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE FUNCTION trading.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is only ever added to: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = '42501';
END
$$;

-- Ends a commit of a pod that is not, or no longer, the one to write it.
CREATE FUNCTION trading.fenced() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the shard is held by another, or an order of the batch has ended already' USING ERRCODE = 'TZ001';
END
$$;

-- Makes the partitions of the last month (for clocks that differ), this one and the next three. They are made apart
-- and then attached, which holds up nobody who reads or writes the others. Answers how many were made.
CREATE FUNCTION trading.ensure_partitions() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  made integer := 0;
  parent text;
  first timestamp;
  part text;
BEGIN
  PERFORM pg_advisory_xact_lock(5132877021);
  FOREACH parent IN ARRAY ARRAY['orders', 'order_events'] LOOP
    FOR n IN -1..3 LOOP
      first := date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n);
      part := parent || to_char(first, '_YYYY_MM');
      CONTINUE WHEN to_regclass('trading.' || part) IS NOT NULL;
      EXECUTE format('CREATE TABLE trading.%I (LIKE trading.%I INCLUDING ALL)', part, parent);
      EXECUTE format('CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON trading.%I
        FOR EACH STATEMENT EXECUTE FUNCTION trading.refuse_change()', part);
      EXECUTE format('ALTER TABLE trading.%I ATTACH PARTITION trading.%I FOR VALUES FROM (%L) TO (%L)',
        parent, part, first || '+00', first + interval '1 month' || '+00');
      made := made + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END
$$;

CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON trading.orders
  FOR EACH STATEMENT EXECUTE FUNCTION trading.refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON trading.order_keys
  FOR EACH STATEMENT EXECUTE FUNCTION trading.refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON trading.order_events
  FOR EACH STATEMENT EXECUTE FUNCTION trading.refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON trading.event_chains
  FOR EACH STATEMENT EXECUTE FUNCTION trading.refuse_change();

SELECT trading.ensure_partitions();

GRANT SELECT, INSERT ON
  trading.orders, trading.order_keys, trading.order_events, trading.event_chains TO trading;
GRANT SELECT, INSERT, DELETE ON trading.open_orders, trading.cancellations TO trading;
GRANT SELECT, UPDATE ON trading.leases TO trading;
GRANT SELECT, INSERT, UPDATE, DELETE ON trading.members TO trading;
GRANT EXECUTE ON FUNCTION trading.fenced(), trading.ensure_partitions() TO trading;

-- Down Migration

DROP TABLE trading.orders, trading.order_keys, trading.open_orders, trading.cancellations, trading.order_events,
  trading.event_chains, trading.leases, trading.members;
DROP FUNCTION trading.refuse_change(), trading.fenced(), trading.ensure_partitions();
