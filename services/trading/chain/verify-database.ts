import pg from "pg";
import { ChainCheck, type ChainRow, type LinkRow, type Tampering } from "./verify.ts";

/** How much was verified, and what is wrong. */
export interface Audit {
  chains: number;
  events: number;
  found: Tampering[];
}

const FETCHED = 2000;

/** Orders whose first or last event is missing: chains alone don't show when their last links are gone. */
const MISSING_EVENTS = `
  SELECT o.id FROM orders o
  WHERE NOT EXISTS (SELECT FROM order_events e WHERE e.order_id = o.id AND e.version = 0)
    OR (NOT EXISTS (SELECT FROM open_orders p WHERE p.id = o.id)
      AND NOT EXISTS (SELECT FROM order_events e WHERE e.order_id = o.id
        AND e.status IN ('filled', 'cancelled', 'rejected', 'expired')))
  LIMIT 1000`;

/**
 * Verifies all of `order_events` and `event_chains` in one snapshot: each chain link by link, and that each order has its
 * first event and, once it ended, its last. Reads everything once, over a connection of its own, as that may take long.
 */
export async function verifyChains(config: pg.ClientConfig): Promise<Audit> {
  const client = new pg.Client({ ...config, application_name: "trading-audit" });
  await client.connect();
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const check = new ChainCheck();
    const chains = await each<ChainRow>(
      client,
      "SELECT chain, hash, body FROM event_chains ORDER BY chain",
      (row) => check.chain(row),
    );
    const columns = "chain, link, hash, body, order_id, version, status";
    const events = await each<LinkRow>(
      client,
      `SELECT ${columns} FROM order_events ORDER BY chain, link`,
      (row) => check.link(row),
    );
    const { rows } = await client.query<{ id: string }>(MISSING_EVENTS);
    const missing = rows.map(({ id }) => ({ chain: 0, link: 0, what: `events of order ${id} are missing` }));
    await client.query("COMMIT");
    return { chains, events, found: [...check.found, ...missing] };
  } finally {
    await client.end();
  }
}

/** Calls `take` with each row of a query, in pieces through a cursor; resolves to the number of rows. */
async function each<Row extends pg.QueryResultRow>(
  client: pg.Client,
  query: string,
  take: (row: Row) => void,
): Promise<number> {
  let count = 0;
  await client.query(`DECLARE audit NO SCROLL CURSOR FOR ${query}`);
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${FETCHED} FROM audit`);
    for (const row of rows) take(row);
    count += rows.length;
    if (rows.length < FETCHED) break;
  }
  await client.query("CLOSE audit");
  return count;
}
