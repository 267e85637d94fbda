-- Up Migration

-- A transaction that is left open holds what it locked: one that holds a feed's position stalls all bookings. Services end a
-- statement after 1.5 s and send the next of a transaction at once. These limits hold for them also where a pooler keeps
-- their own setting from the server, and while they are frozen. Everybody else has 10 s between two statements; who needs
-- more says so (SET idle_in_transaction_session_timeout).
DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['trading', 'transactions', 'portfolio', 'market_data'] LOOP
    EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', role, '1500ms');
    EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', role, '5s');
    EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', role || '_b', '1500ms');
    EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = %L', role || '_b', '5s');
  END LOOP;
  EXECUTE format('ALTER DATABASE %I SET idle_in_transaction_session_timeout = %L', current_database(), '10s');
END
$$;

-- Down Migration

DO $$
DECLARE
  role text;
BEGIN
  EXECUTE format('ALTER DATABASE %I RESET idle_in_transaction_session_timeout', current_database());
  FOREACH role IN ARRAY ARRAY['trading', 'transactions', 'portfolio', 'market_data'] LOOP
    EXECUTE format('ALTER ROLE %I RESET statement_timeout', role);
    EXECUTE format('ALTER ROLE %I RESET idle_in_transaction_session_timeout', role);
    EXECUTE format('ALTER ROLE %I RESET statement_timeout', role || '_b');
    EXECUTE format('ALTER ROLE %I RESET idle_in_transaction_session_timeout', role || '_b');
  END LOOP;
END
$$;
