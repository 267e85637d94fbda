/**
 * SQL that stores orders of a user over twenty days: most filled, every other status rare, RIO hardly ever. Of those that ended, the first half
 * was stored by the version before, and so were every tenth of those that didn't. `expected` has them all.
 */
export const historyOf = (user: string, orders: number): string => `
  CREATE TEMPORARY TABLE made AS
  SELECT i, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(i), 19, '0'))::uuid AS id,
    at, CASE WHEN i % 2000 = 0 THEN 'RIO' WHEN i % 3 = 0 THEN 'CBA' ELSE 'BHP' END AS symbol,
    CASE WHEN i % 1000 < 995 THEN 'filled' ELSE (ARRAY['accepted', 'open', 'cancelled', 'rejected', 'expired'])[i % 5 + 1] END AS status
  FROM (SELECT i, date_trunc('milliseconds', now() - interval '20 days' * (1 - i::float8 / ${orders})) AS at
    FROM generate_series(1, ${orders}) AS i) AS t;
  INSERT INTO trading.orders (id, created_at, user_id, symbol, side, type, quantity, worst_price)
    SELECT id, at, '${user}', symbol, 'buy', 'market', 1, 1 FROM made;
  INSERT INTO trading.order_events (chain, link, at, order_id, version, status, fed, hash, body)
    SELECT 1, i, at, id, 0, 'accepted', false, ''::bytea, '{"status":"accepted"}' FROM made
    UNION ALL SELECT 2, i, at, id, 1, 'open', false, ''::bytea, '{"status":"open"}' FROM made WHERE status = 'open' OR i % 7 = 0 AND status <> 'accepted';
  INSERT INTO trading.order_events (chain, link, at, order_id, version, status, fed, hash, user_id, symbol, body)
    SELECT 3, i, at, id, 2, status, true, ''::bytea, CASE WHEN old THEN NULL ELSE '${user}' END, CASE WHEN old THEN NULL ELSE symbol END,
      json_build_object('status', status, 'symbol', symbol, 'userId', '${user}')::text
    FROM (SELECT *, i < ${orders / 2} AS old FROM made) AS m WHERE status NOT IN ('accepted', 'open');
  INSERT INTO trading.open_orders (shard, id, created_at, user_id, symbol, resting)
    SELECT 1, id, at, CASE WHEN old THEN NULL ELSE '${user}' END, CASE WHEN old THEN NULL ELSE symbol END, NOT old AND status = 'open'
    FROM (SELECT *, i % 10 = 0 AS old FROM made) AS m WHERE status IN ('accepted', 'open');
  CREATE TABLE expected AS SELECT * FROM made;
  ANALYZE;`;
