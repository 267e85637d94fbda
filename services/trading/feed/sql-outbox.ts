import type { Database } from "../../kit/database/index.ts";
import type { Outbox } from "./ports.ts";

/**
 * Transactions get their ids in the order in which they begin to write, but commit in another order. So only events below
 * the oldest running transaction that may write events are read: nothing can appear below it any more. Transactions of
 * roles that can't write events, nor become a role that can, don't count: the ledgers' take longest. When a transaction's
 * role is unknown, it counts.
 *
 * What `rebase-feed` has added to the numbers of events counts for the bound, too.
 *
 * `e.` in ORDER BY names the table's columns: the answer's column `xid` is a text, in which 10 comes before 9.
 */
const READ = {
  name: "feed-read",
  text: `
  WITH harmless AS MATERIALIZED (
    SELECT l.transactionid AS xid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
      AND NOT has_table_privilege(a.usesysid, 'order_events', 'INSERT')
      AND NOT pg_has_role(a.usesysid, current_user, 'MEMBER')
  ), writing AS (
    SELECT xid FROM pg_snapshot_xip(pg_current_snapshot()) AS xid
    WHERE xid::xid NOT IN (SELECT xid FROM harmless)
    ORDER BY xid LIMIT 1
  )
  SELECT e.xid::text, e.chain, e.link, e.body, (extract(epoch FROM e.at) * 1000)::float8 AS at FROM order_events e
  WHERE e.fed AND (e.xid, e.chain, e.link) > ($1::xid8, $2::int, $3::int)
    AND e.xid < (
      SELECT ((coalesce((SELECT xid FROM writing), pg_snapshot_xmax(pg_current_snapshot()))::text::bigint + added)::text)::xid8
      FROM feed_base
    )
  ORDER BY e.xid, e.chain, e.link LIMIT $4`,
};

/** Reads the feed from `order_events`. */
export const sqlOutbox = (database: Database): Outbox => ({
  read: ({ xid, chain, link }, limit) => database.repeatable(READ, [xid, chain, link, limit]),
});
