-- Up Migration

-- A bitmap of an index passes all that was ever deleted, until the table is vacuumed; an index scan remembers what it found
-- gone. For a table whose rows come and go, such as the open orders, that is most of the work. And who looks up each key of
-- a batch once has nothing to memoize.
DO $$
DECLARE
  role text;
  setting text;
BEGIN
  FOREACH role IN ARRAY ARRAY['trading', 'transactions', 'portfolio'] LOOP
    FOREACH setting IN ARRAY ARRAY['enable_bitmapscan', 'enable_memoize'] LOOP
      EXECUTE format('ALTER ROLE %I SET %s = off', role, setting);
    END LOOP;
  END LOOP;
END
$$;

-- Down Migration

DO $$
DECLARE
  role text;
  setting text;
BEGIN
  FOREACH role IN ARRAY ARRAY['trading', 'transactions', 'portfolio'] LOOP
    FOREACH setting IN ARRAY ARRAY['enable_bitmapscan', 'enable_memoize'] LOOP
      EXECUTE format('ALTER ROLE %I RESET %s', role, setting);
    END LOOP;
  END LOOP;
END
$$;
