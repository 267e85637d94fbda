-- Up Migration

-- A bitmap of an index passes all that was ever deleted, until the table is vacuumed; an index scan remembers what it found
-- gone. For a table whose rows come and go, such as the open orders, that is most of the work. And who looks up each key of
-- a batch once has nothing to memoize.
ALTER ROLE trading SET enable_bitmapscan = off;
ALTER ROLE trading SET enable_memoize = off;
ALTER ROLE transactions SET enable_bitmapscan = off;
ALTER ROLE transactions SET enable_memoize = off;
ALTER ROLE portfolio SET enable_bitmapscan = off;
ALTER ROLE portfolio SET enable_memoize = off;

-- Down Migration

ALTER ROLE trading RESET enable_bitmapscan;
ALTER ROLE trading RESET enable_memoize;
ALTER ROLE transactions RESET enable_bitmapscan;
ALTER ROLE transactions RESET enable_memoize;
ALTER ROLE portfolio RESET enable_bitmapscan;
ALTER ROLE portfolio RESET enable_memoize;
