-- Up Migration

-- Services look up by key what a batch names. How large a batch is, the planner can only guess, and a prepared plan stays
-- as it was made: one of a small table's days reads all of it later on, with what was deleted meanwhile. So these are left
-- out of plans wherever there is another way. Sorting, and reading a range of an index, are as before.
DO $$
DECLARE
  role text;
  setting text;
BEGIN
  FOREACH role IN ARRAY ARRAY['trading', 'transactions', 'portfolio'] LOOP
    FOREACH setting IN ARRAY ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_material', 'jit'] LOOP
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
    FOREACH setting IN ARRAY ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_material', 'jit'] LOOP
      EXECUTE format('ALTER ROLE %I RESET %s', role, setting);
    END LOOP;
  END LOOP;
END
$$;
