-- Up Migration

-- Who a user is. Each field is ciphertext (AES-256-GCM) under the row's data key, which lies here wrapped by the
-- envelope key that `key_id` names; the service alone can open it.
CREATE TABLE transactions.account_holders (
  user_id text COLLATE "C" PRIMARY KEY,
  key_id text NOT NULL,
  wrapped_key bytea NOT NULL,
  name bytea NOT NULL,
  email bytea NOT NULL,
  tax_file_number bytea,
  -- Grows with each change, so that none goes unnoticed.
  revision bigint NOT NULL DEFAULT 1,
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT, UPDATE ON transactions.account_holders TO transactions;

-- Down Migration

DROP TABLE transactions.account_holders;
