import type { Client } from "pg";

/** The greatest transaction number in the feed and in its consumers' positions, and where this cluster's are. */
const NUMBERS = `
  SELECT greatest(
      (SELECT xid::text::bigint FROM trading.order_events WHERE fed ORDER BY xid DESC LIMIT 1),
      (SELECT max(split_part(position, '.', 1)::bigint) FROM transactions.feed_positions),
      (SELECT max(split_part(position, '.', 1)::bigint) FROM portfolio.feed_positions), 0)::text AS stored,
    (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + added)::text AS reached
  FROM trading.feed_base`;

/**
 * Has events that are stored from now on follow those that a logical restore brought, whose transaction numbers are of
 * another cluster. Nothing that is stored changes. Without effect where they follow already.
 * @param client connected as the database's owner
 */
export async function rebaseFeed(client: Client, log: (message: string) => void): Promise<void> {
  await client.query("BEGIN");
  // Nobody stores events under a number that is too low meanwhile.
  await client.query("LOCK TABLE trading.order_events IN ACCESS EXCLUSIVE MODE");
  const { rows } = await client.query<{ stored: string; reached: string }>(NUMBERS);
  const [row] = rows;
  if (!row)
    throw new Error(
      "trading.feed_base is empty; it must have one row: INSERT INTO trading.feed_base VALUES (0)",
    );
  const { stored, reached } = row;
  if (BigInt(stored) < BigInt(reached)) {
    await client.query("COMMIT");
    log(`The feed needs no other base: its last number is ${stored}, and the next is ${reached}.`);
    return;
  }
  // Digits alone, from a bigint. A constant in the default costs each event less than a look-up would.
  const next = `((pg_current_xact_id()::text::bigint + ${stored})::text)::xid8`;
  await client.query(`ALTER TABLE trading.order_events ALTER COLUMN xid SET DEFAULT ${next}`);
  await client.query("UPDATE trading.feed_base SET added = $1", [stored]);
  await client.query("COMMIT");
  log(`The feed goes on above ${stored}, the last number before the restore. Start the services now.`);
}
