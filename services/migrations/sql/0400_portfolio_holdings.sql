-- Up Migration

-- What users hold. A row stays when all is sold: it has what was realised.
CREATE TABLE portfolio.holdings (
  user_id text NOT NULL,
  symbol text NOT NULL,
  quantity bigint NOT NULL DEFAULT 0,
  -- Of it, what is promised to open sell orders.
  reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  -- What the quantity cost, and profit less loss of what was sold, in dollars.
  cost numeric(20, 2) NOT NULL DEFAULT 0 CHECK (cost >= 0),
  realised numeric(20, 2) NOT NULL DEFAULT 0,
  PRIMARY KEY (user_id, symbol),
  CHECK (quantity >= reserved)
) WITH (fillfactor = 60);

-- Holdings promised to sell orders; a reservation's id is its order's. Refusals stay, so that a repeat hears the same; a
-- release that came before its reservation stays as `released` with nothing reserved.
CREATE TABLE portfolio.reservations (
  id uuid PRIMARY KEY,
  user_id text NOT NULL,
  symbol text NOT NULL,
  state text NOT NULL CHECK (state IN ('reserved', 'released', 'insufficient')),
  quantity bigint NOT NULL,
  -- Of it, what fills took.
  sold bigint NOT NULL DEFAULT 0,
  CHECK (sold BETWEEN 0 AND quantity)
) WITH (fillfactor = 60);

-- How far a feed of events has been applied.
CREATE TABLE portfolio.feed_positions (
  feed text PRIMARY KEY,
  position text
) WITH (fillfactor = 10);
INSERT INTO portfolio.feed_positions VALUES ('orders', NULL);

-- Fills of sells that no reservation covers: kept for a person to look at, not booked, and not in the others' way.
CREATE TABLE portfolio.suspense (
  order_id uuid NOT NULL,
  fill_id text NOT NULL,
  event jsonb NOT NULL,
  noted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (order_id, fill_id)
);

-- Shares that users brought from elsewhere.
CREATE TABLE portfolio.transfers_in (
  id uuid PRIMARY KEY,
  user_id text NOT NULL,
  idempotency_key text NOT NULL,
  -- SHA-256 of the request as it was understood: tells a repeat from another request under the same key.
  fingerprint bytea NOT NULL,
  symbol text NOT NULL,
  quantity bigint NOT NULL CHECK (quantity > 0),
  cost numeric(20, 2) NOT NULL CHECK (cost >= 0),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (user_id, idempotency_key)
);

-- What reservations hold of each holding, where that isn't what the holding says: none, ever.
CREATE VIEW portfolio.reserved_disagreements AS
  SELECT h.user_id, h.symbol, h.reserved, coalesce(r.held, 0) AS held
  FROM portfolio.holdings h
  LEFT JOIN (
    SELECT user_id, symbol, sum(quantity - sold) AS held
    FROM portfolio.reservations WHERE state = 'reserved' GROUP BY user_id, symbol
  ) r USING (user_id, symbol)
  WHERE h.reserved <> coalesce(r.held, 0);

-- A running sum that leaves out what would lift it above the limit: first come, first served.
CREATE FUNCTION portfolio.fitting(taken bigint, wanted bigint, available bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN taken + wanted <= available THEN taken + wanted ELSE taken END
$$;
CREATE AGGREGATE portfolio.sum_fitting(bigint, bigint) (
  SFUNC = portfolio.fitting, STYPE = bigint, INITCOND = '0'
);

-- Reserves for a batch of orders, given as arrays without repeats. Where a holding hasn't enough for all, the orders get
-- it as they come in the arrays. Returns the orders for which nothing is reserved, and why.
-- Plans are for lookups by key, whatever the tables' sizes were when they were made.
CREATE FUNCTION portfolio.reserve(ids uuid[], users text[], symbols text[], quantities bigint[])
RETURNS TABLE (id uuid, outcome text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portfolio, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_material = off SET enable_memoize = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  held bigint;
BEGIN
  -- Every writer locks holdings in order of their key and reservations after that, so that two batches can't wait for
  -- each other. The next statement sees what they committed.
  PERFORM FROM holdings h
    WHERE (h.user_id, h.symbol) IN (SELECT x.u, x.s FROM unnest(users, symbols) AS x (u, s))
    ORDER BY h.user_id, h.symbol FOR NO KEY UPDATE;

  WITH asked AS (
    SELECT x.*, coalesce(h.quantity - h.reserved, 0) AS available
    FROM unnest(ids, users, symbols, quantities) WITH ORDINALITY AS x (id, user_id, symbol, quantity, n)
    LEFT JOIN holdings h ON h.user_id = x.user_id AND h.symbol = x.symbol
    WHERE NOT EXISTS (SELECT FROM reservations r WHERE r.id = x.id)
  ), running AS (
    SELECT *, sum_fitting(quantity, available) OVER (PARTITION BY user_id, symbol ORDER BY n) AS taken FROM asked
  ), decided AS (
    SELECT *, taken > coalesce(lag(taken) OVER (PARTITION BY user_id, symbol ORDER BY n), 0) AS fits FROM running
  ), added AS (
    INSERT INTO reservations AS r (id, user_id, symbol, state, quantity)
    SELECT d.id, d.user_id, d.symbol, CASE WHEN d.fits THEN 'reserved' ELSE 'insufficient' END, d.quantity
    FROM decided d ORDER BY d.id
    ON CONFLICT DO NOTHING
    RETURNING r.user_id, r.symbol, r.quantity, r.state
  ), raised AS (
    UPDATE holdings h SET reserved = h.reserved + a.quantity
    FROM (
      SELECT user_id, symbol, sum(quantity)::bigint AS quantity FROM added WHERE state = 'reserved' GROUP BY 1, 2
    ) a
    WHERE h.user_id = a.user_id AND h.symbol = a.symbol
  )
  SELECT count(*) INTO held FROM added WHERE state = 'reserved';

  IF held < cardinality(ids) THEN
    RETURN QUERY SELECT r.id, r.state FROM reservations r WHERE r.id = ANY (ids) AND r.state <> 'reserved';
  END IF;
END
$$;

GRANT SELECT, INSERT, UPDATE ON portfolio.holdings, portfolio.reservations TO portfolio;
GRANT SELECT, UPDATE ON portfolio.feed_positions TO portfolio;
GRANT SELECT, INSERT ON portfolio.suspense, portfolio.transfers_in TO portfolio;
GRANT SELECT ON portfolio.reserved_disagreements TO portfolio;
GRANT EXECUTE ON FUNCTION portfolio.reserve TO portfolio;

-- Down Migration

DROP FUNCTION portfolio.reserve;
DROP AGGREGATE portfolio.sum_fitting(bigint, bigint);
DROP FUNCTION portfolio.fitting;
DROP VIEW portfolio.reserved_disagreements;
DROP TABLE portfolio.transfers_in, portfolio.suspense, portfolio.feed_positions, portfolio.reservations,
  portfolio.holdings;
