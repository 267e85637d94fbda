-- Up Migration

-- A schema and a role a service. The owner makes the tables and grants a role what it needs of its own schema; nobody
-- has a right that isn't granted here or there. The Job lets the roles log in, with the passwords that it is given.
CREATE ROLE trading NOLOGIN NOINHERIT;
CREATE ROLE transactions NOLOGIN NOINHERIT;
CREATE ROLE portfolio NOLOGIN NOINHERIT;
-- Only listens and notifies, for which being connected is enough.
CREATE ROLE market_data NOLOGIN NOINHERIT;

CREATE SCHEMA trading;
CREATE SCHEMA transactions;
CREATE SCHEMA portfolio;

GRANT USAGE ON SCHEMA trading TO trading;
GRANT USAGE ON SCHEMA transactions TO transactions;
GRANT USAGE ON SCHEMA portfolio TO portfolio;

ALTER ROLE trading SET search_path = trading;
ALTER ROLE transactions SET search_path = transactions;
ALTER ROLE portfolio SET search_path = portfolio;
ALTER ROLE market_data SET search_path = pg_catalog;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format(
    'GRANT CONNECT ON DATABASE %I TO trading, transactions, portfolio, market_data', current_database());
END
$$;

-- Down Migration

DO $$
BEGIN
  EXECUTE format(
    'REVOKE ALL ON DATABASE %I FROM trading, transactions, portfolio, market_data', current_database());
  EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
END
$$;
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
GRANT USAGE ON SCHEMA public TO PUBLIC;
-- What other migrations made there has been taken back before; a table that is left fails this.
DROP SCHEMA trading, transactions, portfolio;
DROP ROLE trading, transactions, portfolio, market_data;
