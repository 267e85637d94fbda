import pg from "pg";
import { ChainCheck, type ChainRow, type LinkRow, type Tampering } from "./verify.ts";

/** What was looked at and what was found. */
export interface Audit {
  chains: number;
  events: number;
  found: Tampering[];
}

const FETCHED = 2000;

/** Orders whose trail lacks its beginning, or its end: chains alone don't tell when their last links are gone. */
const UNTOLD = `
  SELECT o.id FROM orders o
  WHERE NOT EXISTS (SELECT FROM order_events e WHERE e.order_id = o.id AND e.version = 0)
    OR (NOT EXISTS (SELECT FROM open_orders p WHERE p.id = o.id)
      AND NOT EXISTS (SELECT FROM order_events e WHERE e.order_id = o.id
        AND e.status IN ('filled', 'cancelled', 'rejected', 'expired')))
  LIMIT 1000`;

/**
 * Goes through the whole audit trail as it is at one moment: each chain from its entry, link by link, and each order's
 * events. Reads all of it once; use a connection of its own, without a statement timeout.
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
    const { rows } = await client.query<{ id: string }>(UNTOLD);
    const untold = rows.map(({ id }) => ({ chain: 0, link: 0, what: `events of order ${id} are missing` }));
    await client.query("COMMIT");
    return { chains, events, found: [...check.found, ...untold] };
  } finally {
    await client.end();
  }
}

/** Reads a query's rows in pieces; answers how many there were. */
async function each<Row extends pg.QueryResultRow>(
  client: pg.Client,
  query: string,
  take: (row: Row) => void,
): Promise<number> {
  let count = 0;
  await client.query(`DECLARE trail NO SCROLL CURSOR FOR ${query}`);
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${FETCHED} FROM trail`);
    for (const row of rows) take(row);
    count += rows.length;
    if (rows.length < FETCHED) break;
  }
  await client.query("CLOSE trail");
  return count;
}
