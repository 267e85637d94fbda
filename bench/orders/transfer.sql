\set debtor random(1, 100000)
\set creditor 1 + (:debtor + random(0, 99998)) % 100000
WITH moved AS (UPDATE bench.accounts SET balance = balance + CASE id WHEN :debtor THEN -1.00 ELSE 1.00 END WHERE id IN (:debtor, :creditor)) INSERT INTO bench.events (debtor, creditor, amount) VALUES (:debtor, :creditor, 1.00);
