-- Up Migration
CREATE TABLE instruments (
  symbol text PRIMARY KEY,
  name text NOT NULL
);

CREATE TABLE orders (
  id uuid PRIMARY KEY,
  user_id text NOT NULL,
  idempotency_key text NOT NULL,
  -- SHA-256 of the request as it was understood: tells a repeat from another request under the same key.
  fingerprint bytea NOT NULL,
  symbol text NOT NULL REFERENCES instruments (symbol),
  side text NOT NULL CHECK (side IN ('buy', 'sell')),
  type text NOT NULL CHECK (type IN ('market', 'limit')),
  quantity bigint NOT NULL CHECK (quantity > 0),
  -- No scale is given, so that a price comes back with the digits it was sent with.
  limit_price numeric CHECK (limit_price > 0),
  status text NOT NULL DEFAULT 'accepted' CHECK (status IN ('accepted', 'filled', 'cancelled', 'rejected')),
  -- Whole milliseconds, which JavaScript dates and cursors hold exactly.
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CHECK ((type = 'limit') = (limit_price IS NOT NULL)),
  UNIQUE (user_id, idempotency_key)
);

CREATE INDEX idx_orders_user_date ON orders (user_id, created_at DESC, id DESC);

-- Down Migration
DROP TABLE orders;
DROP TABLE instruments;
