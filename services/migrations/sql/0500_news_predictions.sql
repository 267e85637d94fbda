-- Up Migration

-- What the classifier of market news answered, for whom. An id is a version 7 UUID, which begins with its time.
CREATE ROLE news NOLOGIN NOINHERIT;
CREATE SCHEMA news;
GRANT USAGE ON SCHEMA news TO news;
ALTER ROLE news SET search_path = news;
-- Plans are for lookups by key, whatever the table's size was when they were made, as with the other services.
ALTER ROLE news SET enable_seqscan = off;
ALTER ROLE news SET enable_bitmapscan = off;
ALTER ROLE news SET jit = off;
-- The second login, whose password is changed while pods use the first.
CREATE ROLE news_b NOLOGIN INHERIT IN ROLE news;
ALTER ROLE news_b SET search_path = news;
ALTER ROLE news_b SET enable_seqscan = off;
ALTER ROLE news_b SET enable_bitmapscan = off;
ALTER ROLE news_b SET jit = off;
ALTER ROLE news_b SET role = 'news';
DO $$
BEGIN
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO news', current_database());
END
$$;

CREATE TABLE news.predictions (
  id uuid NOT NULL,
  user_id text NOT NULL,
  -- Of the instrument that the user named.
  symbol text,
  label text NOT NULL,
  -- Version of the model.
  model text NOT NULL,
  -- Probability of the label.
  confidence real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
  -- Probabilities of all labels, the text's beginning, its lengths, latencies: read only together with the row, so that
  -- it may grow without a migration.
  detail jsonb NOT NULL,
  PRIMARY KEY (user_id, id)
);
-- A page of the history, newest first, by each filter that it takes.
CREATE INDEX predictions_by_symbol ON news.predictions (user_id, symbol, id) WHERE symbol IS NOT NULL;
CREATE INDEX predictions_by_label ON news.predictions (user_id, label, id);
CREATE INDEX predictions_by_symbol_and_label ON news.predictions (user_id, symbol, label, id) WHERE symbol IS NOT NULL;
-- What is older than is kept.
CREATE INDEX predictions_by_age ON news.predictions (id);

GRANT SELECT, INSERT, DELETE ON news.predictions TO news;

-- Down Migration

DROP TABLE news.predictions;
DROP SCHEMA news;
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM news', current_database());
END
$$;
DROP ROLE news_b;
DROP ROLE news;
