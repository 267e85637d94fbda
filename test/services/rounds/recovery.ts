import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestPostgres } from "../../support/postgres.ts";

/**
 * Of the contract: every order is at its end, or rests on the book, so soon after all is there again. On a machine that
 * does other work too, `RECOVERY_MS=30000` looks at what is lost or doubled alone.
 */
export const RECOVERY_MS = Number(process.env.RECOVERY_MS ?? 5000);
/** Beyond this something does not heal. */
const NEVER_MS = 30_000;

/** Orders on their way, cancellations not seen to, and feeds that are behind, of all that happened before a moment. */
const LEFT = `
  SELECT
    (SELECT count(*)::int FROM open_orders p WHERE created_at <= $1
      AND NOT EXISTS (SELECT FROM order_events e WHERE e.order_id = p.id AND e.version > 0)) AS sagas,
    (SELECT count(*)::int FROM open_orders p JOIN orders o USING (id, created_at)
      WHERE created_at <= $1 AND o.type = 'market') AS market,
    (SELECT count(*)::int FROM cancellations WHERE requested_at <= $1) AS cancellations,
    (SELECT count(*)::int FROM (
      SELECT position FROM transactions.feed_positions UNION ALL SELECT position FROM portfolio.feed_positions
    ) p WHERE $2::text IS NOT NULL AND (p.position IS NULL OR
      (split_part(p.position, '.', 1)::xid8, split_part(p.position, '.', 2)::int, split_part(p.position, '.', 3)::int)
        < (split_part($2, '.', 1)::xid8, split_part($2, '.', 2)::int, split_part($2, '.', 3)::int))) AS feeds`;

const HEAD = `
  SELECT now() AS now, (SELECT xid || '.' || chain || '.' || link FROM order_events WHERE fed
    ORDER BY xid DESC, chain DESC, link DESC LIMIT 1) AS head`;

/** Waits until all that was accepted before now has come to its end and is in the ledgers. Resolves to how long it took. */
export async function recovered(postgres: TestPostgres): Promise<number> {
  const begun = performance.now();
  const { now, head } = (await postgres.query(HEAD)).rows[0];
  for (;;) {
    const left = (await postgres.query(LEFT, [now, head])).rows[0];
    const took = performance.now() - begun;
    if (Object.values(left).every((count) => count === 0)) return took;
    assert.ok(took < NEVER_MS, `still on their way after ${NEVER_MS} ms: ${JSON.stringify(left)}`);
    await sleep(25);
  }
}
