import pg from "pg";
import { isConnectionLoss } from "../../kit/database/index.ts";
import { ProblemError } from "../../kit/http/problem.ts";
import type { EventBody } from "../saga/events.ts";
import { GENESIS, hashOf } from "./chain.ts";

/** An entry of `event_chains`. */
export interface ChainRow {
  chain: number;
  hash: Buffer;
  body: string;
}

/** An event as it is stored. */
interface LinkRow {
  chain: number;
  link: number;
  hash: Buffer;
  body: string;
  order_id: string;
  version: number;
  status: string;
}

/** Something that was changed or removed after it was stored. */
export interface Tampering {
  chain: number;
  /** 0: the chain's entry itself. */
  link: number;
  what: string;
}

/** Verifies chains of events link by link; keeps one hash a chain in memory. */
export class ChainCheck {
  readonly found: Tampering[] = [];
  readonly #ends = new Map<number, { link: number; hash: Buffer }>();
  #last: { chain: number; hash: Buffer } | undefined;

  /** Takes an entry of `event_chains`; to be called with all of them in the order of their numbers. */
  chain({ chain, hash, body }: ChainRow): void {
    const expected = (this.#last?.chain ?? 0) + 1;
    if (chain !== expected) this.#note(chain, 0, `chains ${expected} to ${chain - 1} are missing`);
    else if (!hashOf(this.#last?.hash ?? GENESIS, body).equals(hash))
      this.#note(chain, 0, "the entry was changed");
    this.#last = { chain, hash };
    this.#ends.set(chain, { link: 0, hash });
  }

  /** Takes an event; to be called with all of them, those of a chain in the order of their links. */
  link(row: LinkRow): void {
    const { chain, link, hash, body } = row;
    const end = this.#ends.get(chain);
    if (!end) {
      this.#note(chain, link, "the chain has no entry");
      return;
    }
    if (link !== end.link + 1) {
      this.#note(
        chain,
        link,
        link > end.link ? `links ${end.link + 1} to ${link - 1} are missing` : "the link is there twice",
      );
    } else if (!hashOf(end.hash, body).equals(hash)) this.#note(chain, link, "the event was changed");
    else this.#compare(row);
    this.#ends.set(chain, { link, hash });
  }

  /** Checks that the columns, which queries use, agree with the hashed body. */
  #compare({ chain, link, body, order_id, version, status }: LinkRow): void {
    const event = JSON.parse(body) as EventBody;
    if (event.orderId !== order_id || event.version !== version || event.status !== status)
      this.#note(chain, link, "the columns differ from the event's body");
  }

  #note(chain: number, link: number, what: string): void {
    this.found.push({ chain, link, what });
  }
}

/** How much was verified, and what is wrong. */
export interface Audit {
  chains: number;
  events: number;
  found: Tampering[];
}

const FETCHED = 2000;
const CONNECT_TIMEOUT_MS = 2000;
/** A piece of the audit may take so long: the first sorts all that was ever stored. */
const PIECE_MS = 1_800_000;

/** For this transaction alone, whatever the limits of its role or of a pooler are. Between two pieces the pod computes. */
const LIMITS = `SET LOCAL statement_timeout = ${PIECE_MS}; SET LOCAL idle_in_transaction_session_timeout = 60000`;

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
 * @throws ProblemError 503 when the database is away, or refuses a connection
 */
export async function verifyChains(config: pg.ClientConfig): Promise<Audit> {
  const client = new pg.Client({
    ...config,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: PIECE_MS + 1000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 2000,
    application_name: "trading-audit",
  });
  // The statement under way fails with it.
  client.on("error", () => undefined);
  try {
    await client.connect().catch(orUnavailable);
    await run(client, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    await run(client, LIMITS);
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
    const { rows } = await run<{ id: string }>(client, MISSING_EVENTS);
    const missing = rows.map(({ id }) => ({ chain: 0, link: 0, what: `events of order ${id} are missing` }));
    await run(client, "COMMIT");
    return { chains, events, found: [...check.found, ...missing] };
  } finally {
    await client.end();
  }
}

function run<Row extends pg.QueryResultRow>(client: pg.Client, text: string): Promise<pg.QueryResult<Row>> {
  return client.query<Row>(text).catch(orUnavailable);
}

/** For `catch`: a lost connection as the auditor is to read it, other errors as they are. */
function orUnavailable(error: unknown): never {
  if (!isConnectionLoss(error)) throw error;
  const detail = "The events can't be read right now, as the database is away or busy. Try again shortly.";
  throw new ProblemError(503, detail, { headers: { "retry-after": "1" }, cause: error });
}

/** Calls `take` with each row of a query, in pieces through a cursor; resolves to the number of rows. */
async function each<Row extends pg.QueryResultRow>(
  client: pg.Client,
  query: string,
  take: (row: Row) => void,
): Promise<number> {
  let count = 0;
  await run(client, `DECLARE audit NO SCROLL CURSOR FOR ${query}`);
  for (;;) {
    const { rows } = await run<Row>(client, `FETCH ${FETCHED} FROM audit`);
    for (const row of rows) take(row);
    count += rows.length;
    if (rows.length < FETCHED) break;
  }
  await run(client, "CLOSE audit");
  return count;
}
