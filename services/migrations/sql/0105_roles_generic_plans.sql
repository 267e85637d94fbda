-- Up Migration

-- A prepared statement is planned once for each connection, for any values. Left to itself, the server compares that plan
-- with those for the values of the first five runs, and where these were small batches it never takes it: each run is then
-- planned anew, which costs the feed's read four times what it reads. Every statement here is written for one plan.
DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['trading', 'transactions', 'portfolio'] LOOP
    EXECUTE format('ALTER ROLE %I SET plan_cache_mode = force_generic_plan', role);
    EXECUTE format('ALTER ROLE %I SET plan_cache_mode = force_generic_plan', role || '_b');
  END LOOP;
END
$$;

-- Down Migration

DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['trading', 'transactions', 'portfolio'] LOOP
    EXECUTE format('ALTER ROLE %I RESET plan_cache_mode', role);
    EXECUTE format('ALTER ROLE %I RESET plan_cache_mode', role || '_b');
  END LOOP;
END
$$;
