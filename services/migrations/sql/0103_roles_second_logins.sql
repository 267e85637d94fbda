-- Up Migration

-- A second login for each service: while pods still use one, the other gets a new password, so that a password is never
-- changed under a pod. Its sessions become the service's own role, with that role's rights and settings. A later change of
-- a role's settings must be made for both.
DO $$
DECLARE
  role text;
  second text;
  setting text;
BEGIN
  FOREACH role IN ARRAY ARRAY['trading', 'transactions', 'portfolio', 'market_data'] LOOP
    second := role || '_b';
    EXECUTE format('CREATE ROLE %I NOLOGIN INHERIT IN ROLE %I', second, role);
    FOR setting IN
      SELECT unnest(setconfig) FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole
      WHERE r.rolname = role AND s.setdatabase = 0
    LOOP
      EXECUTE format('ALTER ROLE %I SET %I = %s', second, split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1));
    END LOOP;
    EXECUTE format('ALTER ROLE %I SET role = %L', second, role);
  END LOOP;
END
$$;

-- Down Migration

DROP ROLE trading_b, transactions_b, portfolio_b, market_data_b;
