-- Up Migration

-- The limits that 0104 gives the other services' logins: a statement ends after 1.5 s, a transaction idles for 5 s at most.
ALTER ROLE news SET statement_timeout = '1500ms';
ALTER ROLE news SET idle_in_transaction_session_timeout = '5s';
ALTER ROLE news_b SET statement_timeout = '1500ms';
ALTER ROLE news_b SET idle_in_transaction_session_timeout = '5s';

-- Down Migration

ALTER ROLE news RESET statement_timeout;
ALTER ROLE news RESET idle_in_transaction_session_timeout;
ALTER ROLE news_b RESET statement_timeout;
ALTER ROLE news_b RESET idle_in_transaction_session_timeout;
