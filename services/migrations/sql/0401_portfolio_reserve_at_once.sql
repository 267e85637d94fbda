-- Up Migration

-- Reserves for a batch of orders, given as arrays without repeats: for all orders of a holding, or for none of them.
-- Returns the orders that are left to `reserve`, which costs twice as much: where the holding is missing or hasn't enough
-- for all, and all of the batch when one of them was there already. Takes holdings in order of their key and reservations
-- after that, as every writer does.
CREATE FUNCTION portfolio.reserve_at_once(ids uuid[], users text[], symbols text[], quantities bigint[])
RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = portfolio, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_material = off SET enable_memoize = off SET jit = off AS $$
DECLARE
  done uuid[];
BEGIN
  WITH raised AS (
    UPDATE holdings h SET reserved = h.reserved + m.total
    FROM (
      SELECT x.user_id, x.symbol, sum(x.quantity)::bigint AS total, array_agg(x.id) AS ids,
             array_agg(x.quantity) AS quantities
      FROM unnest(ids, users, symbols, quantities) AS x (id, user_id, symbol, quantity)
      GROUP BY x.user_id, x.symbol
      ORDER BY x.user_id, x.symbol
    ) m
    WHERE h.user_id = m.user_id AND h.symbol = m.symbol AND h.quantity - h.reserved >= m.total
    RETURNING h.user_id, h.symbol, m.ids, m.quantities
  ), added AS (
    INSERT INTO reservations AS r (id, user_id, symbol, state, quantity)
    SELECT x.id, raised.user_id, raised.symbol, 'reserved', x.quantity
    FROM raised, unnest(raised.ids, raised.quantities) AS x (id, quantity)
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

GRANT EXECUTE ON FUNCTION portfolio.reserve_at_once TO portfolio;

-- Down Migration

DROP FUNCTION portfolio.reserve_at_once;
