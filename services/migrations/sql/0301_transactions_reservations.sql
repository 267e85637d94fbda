-- Up Migration

-- Cash promised to orders; a reservation's id is its order's. Refusals stay, so that a repeat hears the same; a release
-- that came before its reservation stays as `released` without an account. No foreign key, as in the journal.
CREATE TABLE transactions.reservations (
  id uuid PRIMARY KEY,
  account uuid,
  state text NOT NULL CHECK (state IN ('reserved', 'released', 'insufficient', 'no-account')),
  amount numeric(24, 3) NOT NULL,
  -- Of it, what fills took.
  spent numeric(24, 3) NOT NULL DEFAULT 0,
  CHECK (spent BETWEEN 0 AND amount)
) WITH (fillfactor = 45);

-- How far a feed of events has been applied.
CREATE TABLE transactions.feed_positions (
  feed text PRIMARY KEY,
  position text
) WITH (fillfactor = 10);
INSERT INTO transactions.feed_positions VALUES ('orders', NULL);

-- What reservations hold of each account, where that isn't what the account says: none, ever.
CREATE VIEW transactions.reserved_disagreements AS
  SELECT a.id, a.reserved, coalesce(r.held, 0) AS held
  FROM transactions.accounts a
  LEFT JOIN (
    SELECT account, sum(amount - spent) AS held FROM transactions.reservations WHERE state = 'reserved' GROUP BY account
  ) r ON r.account = a.id
  WHERE a.reserved <> coalesce(r.held, 0);

-- Reserves for a batch of orders, given as arrays without repeats: for all orders of an account, or for none of them.
-- Returns the orders that are left to `reserve_with_care`: where the account is missing or hasn't enough for all, and
-- all of the batch when one of them was there already. Every writer takes accounts in order of id and reservations after
-- that, so that two batches can't wait for each other.
-- Plans are for lookups by key, whatever the tables' sizes were when they were made.
CREATE FUNCTION transactions.reserve(ids uuid[], users text[], currencies text[], amounts numeric[])
RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = transactions, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_material = off SET enable_memoize = off SET jit = off AS $$
DECLARE
  done uuid[];
BEGIN
  WITH raised AS (
    UPDATE accounts a SET reserved = a.reserved + m.total
    FROM (
      SELECT b.id, sum(x.amount) AS total, array_agg(x.id) AS ids, array_agg(x.amount) AS amounts
      FROM unnest(ids, users, currencies, amounts) AS x (id, user_id, currency, amount)
      JOIN accounts b ON b.user_id = x.user_id AND b.currency = x.currency
      GROUP BY b.id
      ORDER BY b.id
    ) m
    WHERE a.id = m.id AND a.balance - a.reserved >= m.total
    RETURNING a.id, m.ids, m.amounts
  ), added AS (
    INSERT INTO reservations AS r (id, account, state, amount)
    SELECT x.id, raised.id, 'reserved', x.amount FROM raised, unnest(raised.ids, raised.amounts) AS x (id, amount)
    RETURNING r.id
  )
  SELECT array_agg(added.id) INTO done FROM added;
  IF cardinality(done) = cardinality(ids) THEN
    RETURN;
  END IF;
  RETURN QUERY SELECT x FROM unnest(ids) AS x EXCEPT SELECT x FROM unnest(done) AS x;
EXCEPTION WHEN unique_violation THEN
  RETURN QUERY SELECT x FROM unnest(ids) AS x;
END
$$;

-- Reserves for the orders that `reserve` left. Where an account hasn't enough for all, they get it in order of id.
-- Returns the orders for which nothing is reserved, and why.
CREATE FUNCTION transactions.reserve_with_care(ids uuid[], users text[], currencies text[], amounts numeric[])
RETURNS TABLE (id uuid, outcome text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = transactions, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_material = off SET enable_memoize = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  wanted record;
  states text[];
  available numeric;
  of_account uuid;
  held bigint;
BEGIN
  -- What a locked account holds is its newest, also when it had to be waited for.
  SELECT array_agg(q.id) AS ids, array_agg(q.account) AS accounts, array_agg(q.amount) AS amounts,
         array_agg(q.available) AS available, bool_or(q.total > q.available) AS contested
    INTO wanted
    FROM (
      SELECT l.*, sum(l.amount) OVER (PARTITION BY l.account) AS total
      FROM (
        SELECT x.id, a.id AS account, x.amount, a.balance - a.reserved AS available
        FROM unnest(ids, users, currencies, amounts) AS x (id, user_id, currency, amount)
        JOIN accounts a ON a.user_id = x.user_id AND a.currency = x.currency
        WHERE NOT EXISTS (SELECT FROM reservations r WHERE r.id = x.id)
        ORDER BY a.id, x.id
        FOR NO KEY UPDATE OF a
      ) AS l
    ) AS q;

  IF wanted.contested THEN
    FOR i IN 1 .. cardinality(wanted.ids) LOOP
      IF of_account IS DISTINCT FROM wanted.accounts[i] THEN
        of_account := wanted.accounts[i];
        available := wanted.available[i];
      END IF;
      IF wanted.amounts[i] > available THEN
        states[i] := 'insufficient';
      ELSE
        states[i] := 'reserved';
        available := available - wanted.amounts[i];
      END IF;
    END LOOP;
  END IF;

  WITH added AS (
    INSERT INTO reservations AS r (id, account, state, amount)
    SELECT x.id, x.account, coalesce(x.state, 'reserved'), x.amount
    FROM unnest(wanted.ids, wanted.accounts, wanted.amounts, states) AS x (id, account, amount, state)
    ORDER BY x.id
    ON CONFLICT DO NOTHING
    RETURNING r.account, r.amount, r.state
  ), raised AS (
    UPDATE accounts a SET reserved = a.reserved + s.amount
    FROM (SELECT account, sum(amount) AS amount FROM added WHERE state = 'reserved' GROUP BY account) s
    WHERE a.id = s.account
  )
  SELECT count(*) INTO held FROM added WHERE state = 'reserved';

  IF held < cardinality(ids) THEN
    INSERT INTO reservations (id, state, amount)
      SELECT x.id, 'no-account', x.amount FROM unnest(ids, amounts) AS x (id, amount)
      WHERE NOT EXISTS (SELECT FROM reservations r WHERE r.id = x.id)
      ORDER BY x.id
      ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT r.id, r.state FROM reservations r WHERE r.id = ANY (ids) AND r.state <> 'reserved';
  END IF;
END
$$;

-- Applies a batch of a feed's events, given as arrays in the feed's order, if it follows what was applied before; the
-- position moves in the same transaction. A fill of a buy takes from what its order reserved, a fill of a sell gives;
-- an end releases what is left. What the exchange executed is booked in any case: what no reservation covers, the house
-- pays, and `uncovered` counts it.
CREATE FUNCTION transactions.apply_events(
  of_feed text, after text, upto text, in_currency text,
  orders uuid[], users text[], sells boolean[], fills text[], amounts numeric[], closes boolean[], ats timestamptz[]
) RETURNS TABLE (applied boolean, "position" text, uncovered bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = transactions, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_material = off SET enable_memoize = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  stored text;
  clearing uuid;
  suspense uuid;
  seen record;
  unpaid bigint := 0;
  orphans bigint := 0;
BEGIN
  SELECT p.position INTO STRICT stored FROM feed_positions p WHERE p.feed = of_feed FOR UPDATE;
  IF stored IS DISTINCT FROM after THEN
    RETURN QUERY SELECT false, stored, 0::bigint;
    RETURN;
  END IF;
  SELECT s.id INTO STRICT clearing FROM system_accounts s WHERE s.currency = in_currency AND s.purpose = 'clearing';
  SELECT s.id INTO STRICT suspense FROM system_accounts s WHERE s.currency = in_currency AND s.purpose = 'suspense';

  -- Who sells without an account, e.g. shares that were transferred in, gets one.
  INSERT INTO accounts (user_id, currency)
    SELECT DISTINCT e.user_id, in_currency FROM unnest(users, sells, fills) AS e (user_id, sell, fill)
    WHERE e.sell AND e.fill IS NOT NULL
      AND NOT EXISTS (SELECT FROM accounts a WHERE a.user_id = e.user_id AND a.currency = in_currency)
    ORDER BY e.user_id
    ON CONFLICT DO NOTHING;

  LOOP
    -- Locks accounts in order of id, as every writer does. Reservations can be read as they are: only this function
    -- changes one, and its position is locked.
    SELECT array_agg(q.n) AS ns, array_agg(q.id) AS ids, array_agg(q.sell) AS sells, array_agg(q.fill) AS fills,
           array_agg(q.amount) AS amounts, array_agg(q.closed) AS closes, array_agg(q.at) AS ats,
           array_agg(q.account) AS accounts, array_agg(q.balance) AS balances, array_agg(q.lines) AS lines,
           array_agg(q.held) AS helds
      INTO seen
      FROM (
        SELECT e.n, e.id, e.sell, e.fill, e.amount, e.closed, e.at, a.id AS account, a.balance, a.lines,
               CASE WHEN r.state = 'reserved' THEN r.amount - r.spent ELSE 0 END AS held
        FROM unnest(orders, users, sells, fills, amounts, closes, ats)
          WITH ORDINALITY AS e (id, user_id, sell, fill, amount, closed, at, n)
        LEFT JOIN reservations r ON r.id = CASE WHEN NOT e.sell THEN e.id END
        LEFT JOIN accounts s ON s.user_id = CASE WHEN e.sell THEN e.user_id END AND s.currency = in_currency
        JOIN accounts a ON a.id = coalesce(r.account, s.id)
        ORDER BY a.id, e.n
        FOR NO KEY UPDATE OF a
      ) AS q;
    EXIT WHEN cardinality(seen.ns) = cardinality(orders);
    -- A release that comes before its reservation leaves a row that keeps the reservation from being made. If that was
    -- made just now, it is to be seen.
    INSERT INTO reservations (id, state, amount)
      SELECT DISTINCT e.id, 'released', 0 FROM unnest(orders, sells, closes) AS e (id, sell, closed)
      WHERE e.closed AND NOT e.sell AND NOT EXISTS (SELECT FROM reservations r WHERE r.id = e.id)
      ORDER BY e.id
      ON CONFLICT DO NOTHING;
    CONTINUE WHEN EXISTS (
      SELECT FROM unnest(orders, sells) WITH ORDINALITY AS e (id, sell, n)
      JOIN reservations r ON r.id = e.id
      WHERE NOT e.sell AND r.account IS NOT NULL AND e.n <> ALL (coalesce(seen.ns, '{}'))
    );
    INSERT INTO transfers (reference, fill, kind, debit_account, credit_account, amount, at)
      SELECT e.id, e.fill || '/uncovered', 'buy', suspense, clearing, e.amount, e.at
      FROM unnest(orders, fills, amounts, ats) WITH ORDINALITY AS e (id, fill, amount, at, n)
      WHERE e.fill IS NOT NULL AND e.amount > 0 AND e.n <> ALL (coalesce(seen.ns, '{}'));
    GET DIAGNOSTICS orphans = ROW_COUNT;
    EXIT;
  END LOOP;

  WITH event AS MATERIALIZED (
    SELECT e.*, CASE WHEN e.sell THEN e.amount ELSE greatest(least(e.amount, e.held - e.before), 0) END AS covered
    FROM (
      SELECT u.*, sum(u.amount) OVER (PARTITION BY u.id ORDER BY u.n) - u.amount AS before
      FROM unnest(
        seen.ns, seen.ids, seen.sells, seen.fills, seen.amounts, seen.closes, seen.ats,
        seen.accounts, seen.balances, seen.lines, seen.helds
      ) AS u (n, id, sell, fill, amount, closed, at, account, balance, lines, held)
    ) AS e
  ), line AS MATERIALIZED (
    SELECT e.id, e.sell, e.fill, e.at, e.account, e.covered, e.lines + row_number() OVER w AS line,
           e.balance + sum(CASE WHEN e.sell THEN e.covered ELSE -e.covered END) OVER w AS balance
    FROM event e
    WHERE e.fill IS NOT NULL AND (e.covered > 0 OR e.amount = 0)
    WINDOW w AS (PARTITION BY e.account ORDER BY e.n)
  ), journal AS (
    INSERT INTO transfers (reference, fill, kind, debit_account, credit_account, amount,
                           debit_line, debit_balance, credit_line, credit_balance, at)
    SELECT id, fill, 'buy', account, clearing, covered, line, balance, NULL, NULL, at FROM line WHERE NOT sell
    UNION ALL
    SELECT id, fill, 'sell', clearing, account, covered, NULL, NULL, line, balance, at FROM line WHERE sell
    UNION ALL
    SELECT id, fill || '/uncovered', 'buy', suspense, clearing, amount - covered, NULL, NULL, NULL, NULL, at
    FROM event WHERE covered < amount
  ), bought AS MATERIALIZED (
    SELECT id, account, sum(covered) AS spent, bool_or(closed) AS closed,
           CASE WHEN bool_or(closed) THEN max(held) ELSE sum(covered) END AS freed
    FROM event WHERE NOT sell GROUP BY id, account
  ), settled AS (
    UPDATE reservations r
    SET spent = r.spent + b.spent, state = CASE WHEN b.closed THEN 'released' ELSE r.state END
    FROM bought b
    WHERE r.id = b.id AND r.state = 'reserved'
  ), moved AS (
    UPDATE accounts a
    SET balance = a.balance + m.cash, reserved = a.reserved - m.freed, lines = a.lines + m.lines
    FROM (
      SELECT account, sum(cash) AS cash, sum(freed) AS freed, sum(lines) AS lines
      FROM (
        SELECT account, CASE WHEN sell THEN covered ELSE -covered END AS cash, 0 AS freed, 1 AS lines FROM line
        UNION ALL
        SELECT account, 0, freed, 0 FROM bought WHERE freed > 0
      ) AS parts
      GROUP BY account
    ) m
    WHERE a.id = m.account
  )
  SELECT count(*) INTO unpaid FROM event WHERE covered < amount;

  UPDATE feed_positions p SET position = upto WHERE p.feed = of_feed;
  RETURN QUERY SELECT true, upto, unpaid + orphans;
END
$$;

GRANT SELECT ON transactions.reservations, transactions.feed_positions, transactions.reserved_disagreements
  TO transactions;
GRANT EXECUTE ON FUNCTION transactions.reserve, transactions.reserve_with_care, transactions.apply_events
  TO transactions;

-- Down Migration

DROP FUNCTION transactions.apply_events, transactions.reserve_with_care, transactions.reserve;
DROP VIEW transactions.reserved_disagreements;
DROP TABLE transactions.feed_positions, transactions.reservations;
