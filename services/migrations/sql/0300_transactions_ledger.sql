-- Up Migration

-- Cash by double entry. Amounts are exact; three decimals hold every circulating currency (ISO 4217).

-- An account per user and currency. `reserved` is promised to orders; what is left of the balance is available. The
-- room on each page keeps updates on it and out of the indexes.
CREATE TABLE transactions.accounts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id text COLLATE "C" NOT NULL,
  currency text COLLATE "C" NOT NULL,
  balance numeric(24, 3) NOT NULL DEFAULT 0,
  reserved numeric(24, 3) NOT NULL DEFAULT 0,
  -- Lines of its statement so far.
  lines bigint NOT NULL DEFAULT 0,
  opened_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (user_id, currency),
  CHECK (reserved >= 0),
  CHECK (balance >= reserved)
) WITH (fillfactor = 50);

-- The house's own: the bank that deposits come from, the clearing house that trades are settled with, and what the
-- house paid for a user in suspense. Their balances are sums of the journal, never rows that all orders would wait for.
CREATE TABLE transactions.system_accounts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  purpose text NOT NULL CHECK (purpose IN ('bank', 'clearing', 'suspense')),
  currency text COLLATE "C" NOT NULL,
  UNIQUE (currency, purpose)
);
INSERT INTO transactions.system_accounts (purpose, currency)
  VALUES ('bank', 'AUD'), ('clearing', 'AUD'), ('suspense', 'AUD');

-- The journal: a row takes an amount from one account and gives it to another, so that debits always equal credits. An
-- order's fills are booked under the order's id. The line and balance of a user's account say which line of its
-- statement this is and what the balance was after it. No foreign keys: only the functions below write here, from
-- accounts that they hold locked.
CREATE TABLE transactions.transfers (
  reference uuid NOT NULL,
  fill text COLLATE "C" NOT NULL DEFAULT '',
  kind text NOT NULL CHECK (kind IN ('deposit', 'withdrawal', 'transfer', 'buy', 'sell')),
  debit_account uuid NOT NULL,
  credit_account uuid NOT NULL,
  amount numeric(24, 3) NOT NULL CHECK (amount >= 0),
  debit_line bigint,
  debit_balance numeric(24, 3),
  credit_line bigint,
  credit_balance numeric(24, 3),
  at timestamptz(3) NOT NULL,
  PRIMARY KEY (reference, fill)
);
CREATE UNIQUE INDEX transfers_debit_line ON transactions.transfers (debit_account, debit_line)
  WHERE debit_line IS NOT NULL;
CREATE UNIQUE INDEX transfers_credit_line ON transactions.transfers (credit_account, credit_line)
  WHERE credit_line IS NOT NULL;

CREATE FUNCTION transactions.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the journal is only ever added to; book a transfer the other way' USING ERRCODE = '42501';
END
$$;
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON transactions.transfers
  FOR EACH STATEMENT EXECUTE FUNCTION transactions.refuse_change();

-- A user's idempotency keys, with the SHA-256 of the transaction as it was understood.
CREATE TABLE transactions.transaction_keys (
  user_id text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  fingerprint bytea NOT NULL,
  reference uuid NOT NULL,
  PRIMARY KEY (user_id, key)
);

-- Accounts that don't agree with the journal and the reservations: none, ever.
CREATE VIEW transactions.disagreements AS
  SELECT a.id, a.balance, a.reserved, a.lines, coalesce(j.balance, 0) AS booked, coalesce(j.lines, 0) AS booked_lines
  FROM transactions.accounts a
  LEFT JOIN (
    SELECT account, sum(amount) AS balance, count(*) AS lines
    FROM (
      SELECT debit_account AS account, -amount AS amount FROM transactions.transfers WHERE debit_line IS NOT NULL
      UNION ALL
      SELECT credit_account, amount FROM transactions.transfers WHERE credit_line IS NOT NULL
    ) AS sides
    GROUP BY account
  ) j ON j.account = a.id
  WHERE a.balance <> coalesce(j.balance, 0) OR a.lines <> coalesce(j.lines, 0);

-- Opens a user's account in a currency, once.
CREATE FUNCTION transactions.open_account(of_user text, in_currency text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = transactions, pg_temp AS $$
DECLARE
  account uuid;
BEGIN
  INSERT INTO system_accounts (purpose, currency)
    SELECT purpose, in_currency FROM unnest('{bank,clearing,suspense}'::text[]) AS p (purpose)
    WHERE NOT EXISTS (SELECT FROM system_accounts s WHERE s.currency = in_currency)
    ON CONFLICT DO NOTHING;
  INSERT INTO accounts (user_id, currency) VALUES (of_user, in_currency) ON CONFLICT DO NOTHING;
  SELECT id INTO STRICT account FROM accounts WHERE user_id = of_user AND currency = in_currency;
  RETURN account;
END
$$;

-- Books a batch of users' transactions, given as arrays in order of user and key; debit or credit is a system account
-- where the kind says so. A key that was used brings what was booked under it. A row an item:
-- `booked`, `replayed`, `other` (the key belongs to another transaction), `insufficient`, or `full` (more than
-- `most` would be on the account).
CREATE FUNCTION transactions.post(
  ids uuid[], users text[], keys text[], prints bytea[], kinds text[], debits uuid[], credits uuid[],
  amounts numeric[], most numeric
) RETURNS TABLE (outcome text, reference uuid, at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = transactions, pg_temp AS $$
DECLARE
  known transaction_keys;
  line_taken bigint;
  balance_taken numeric;
  line_given bigint;
  balance_given numeric;
  booked_at constant timestamptz(3) := now();
BEGIN
  -- Every writer locks accounts in order of id, so that two batches can't wait for each other.
  PERFORM FROM accounts a WHERE a.id = ANY (debits || credits) ORDER BY a.id FOR NO KEY UPDATE;
  FOR i IN 1 .. cardinality(ids) LOOP
    INSERT INTO transaction_keys AS k VALUES (users[i], keys[i], prints[i], ids[i]) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      SELECT * INTO STRICT known FROM transaction_keys k WHERE k.user_id = users[i] AND k.key = keys[i];
      SELECT CASE WHEN known.fingerprint = prints[i] THEN 'replayed' ELSE 'other' END, t.reference, t.at
        INTO STRICT outcome, reference, at FROM transfers t WHERE t.reference = known.reference AND t.fill = '';
      RETURN NEXT;
      CONTINUE;
    END IF;
    outcome := 'booked';
    reference := ids[i];
    at := booked_at;
    line_taken := NULL;
    balance_taken := NULL;
    line_given := NULL;
    balance_given := NULL;
    IF kinds[i] <> 'withdrawal' THEN
      PERFORM FROM accounts a WHERE a.id = credits[i] AND a.balance + amounts[i] <= most;
      IF NOT FOUND THEN outcome := 'full'; END IF;
    END IF;
    IF outcome = 'booked' AND kinds[i] <> 'deposit' THEN
      UPDATE accounts a SET balance = a.balance - amounts[i], lines = a.lines + 1
        WHERE a.id = debits[i] AND a.balance - a.reserved >= amounts[i]
        RETURNING a.balance, a.lines INTO balance_taken, line_taken;
      IF NOT FOUND THEN outcome := 'insufficient'; END IF;
    END IF;
    IF outcome = 'booked' THEN
      IF kinds[i] <> 'withdrawal' THEN
        UPDATE accounts a SET balance = a.balance + amounts[i], lines = a.lines + 1
          WHERE a.id = credits[i] RETURNING a.balance, a.lines INTO STRICT balance_given, line_given;
      END IF;
      INSERT INTO transfers (reference, kind, debit_account, credit_account, amount,
                             debit_line, debit_balance, credit_line, credit_balance, at)
        VALUES (ids[i], kinds[i], debits[i], credits[i], amounts[i],
                line_taken, balance_taken, line_given, balance_given, booked_at);
    ELSE
      DELETE FROM transaction_keys k WHERE k.user_id = users[i] AND k.key = keys[i];
    END IF;
    RETURN NEXT;
  END LOOP;
END
$$;

GRANT SELECT ON transactions.accounts, transactions.system_accounts, transactions.transfers, transactions.disagreements
  TO transactions;
GRANT EXECUTE ON FUNCTION transactions.open_account, transactions.post TO transactions;

-- Down Migration

DROP FUNCTION transactions.post, transactions.open_account;
DROP VIEW transactions.disagreements;
DROP TABLE transactions.transaction_keys, transactions.transfers, transactions.system_accounts, transactions.accounts;
DROP FUNCTION transactions.refuse_change;
