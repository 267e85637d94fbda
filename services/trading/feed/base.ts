import type { Database } from "../../kit/database/index.ts";

/** The last number of the feed, where this cluster's transactions haven't reached it. */
const AHEAD = `
  SELECT e.xid::text AS stored, b.reached::text AS reached
  FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint + added AS reached FROM feed_base) AS b
  CROSS JOIN LATERAL (SELECT xid FROM order_events WHERE fed ORDER BY xid DESC, chain DESC, link DESC LIMIT 1) AS e
  WHERE e.xid >= (b.reached::text)::xid8`;

/**
 * Why the feed would deliver nothing, and what to do; undefined when it will deliver.
 * @throws ProblemError 503 when the database is away
 */
export async function feedProblem(database: Database): Promise<string | undefined> {
  const [ahead] = await database.repeatable<{ stored: string; reached: string }>(AHEAD, []);
  if (!ahead) return undefined;
  return (
    `The order events in this database have transaction numbers up to ${ahead.stored}, but its next is ${ahead.reached}: ` +
    "they were restored from a dump of another cluster, and new events would be delivered to nobody. " +
    "Run `node /app/main.js rebase-feed` in the image of the Job `migrations`, with that Job's environment, and start this again."
  );
}
