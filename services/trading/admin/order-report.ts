import type { Peer } from "../../kit/client/peer.ts";
import type { Database } from "../../kit/database/index.ts";
import { timeOf } from "../../kit/uuid.ts";
import { hashOf } from "../chain/chain.ts";
import { comparePositions, parsePosition, positionText } from "../feed/ports.ts";
import type { EventBody } from "../saga/events.ts";
import { leaseOf, shardOf } from "../saga/shard.ts";
import { isEnd, type Status } from "../saga/state.ts";
import { ORDER_COLUMNS, type OrderRow, orderOf, SPREAD_MS } from "../store/order-row.ts";

interface EventRow {
  xid: string;
  chain: number;
  link: number;
  hash: Buffer;
  before: Buffer | null;
  fed: boolean;
  body: string;
}

/** What a ledger reports of an order, and up to which event it has applied the feed. */
interface LedgerView {
  /** Its answer as it is; null when it knows nothing of this order, or didn't answer. */
  report: unknown;
  position: string | null | undefined;
  error?: string;
}

/** What all services store of an order, and what is wrong with it. */
export interface OrderReport {
  id: string;
  userId: string;
  symbol: string;
  side: string;
  quantity: number;
  status: Status;
  events: { position: string; type: string; status: Status; at: string; intact: boolean; body: EventBody }[];
  shard: { name: string; owner: string | null; epoch: number; isHeld: boolean };
  feed: { owner: string | null; isHeld: boolean };
  transactions: LedgerView;
  portfolio: LedgerView;
  /** One sentence each; empty when nothing is wrong. */
  problems: string[];
  /** What `redrive` would do; undefined when there is nothing to do. */
  repair: Repair | undefined;
}

/** Frees a lease: the pod that claims it then loads what is stored and goes on from there. */
export interface Repair {
  lease: string;
  why: string;
}

/** An order that is younger than this is not reported as stuck. */
const PATIENCE_MS = 15_000;

const ORDER = `SELECT ${ORDER_COLUMNS} FROM orders o WHERE o.id = $1 AND o.created_at BETWEEN $2 AND $3`;
const EVENTS = `
  SELECT e.xid::text, e.chain, e.link, e.hash, e.fed, e.body,
    CASE WHEN e.link = 1 THEN (SELECT c.hash FROM event_chains c WHERE c.chain = e.chain)
      ELSE (SELECT b.hash FROM order_events b WHERE b.chain = e.chain AND b.link = e.link - 1
        AND b.at BETWEEN e.at - interval '1 day' AND e.at + interval '1 day') END AS before
  FROM order_events e WHERE e.order_id = $1 AND e.at >= $2 ORDER BY e.version`;
const LEASES = `
  SELECT name, owner, epoch::float8 AS epoch, expires_at >= clock_timestamp() AS held FROM leases WHERE name = ANY($1)`;
const IS_OPEN = "SELECT FROM open_orders WHERE shard = $1 AND id = $2";
const TAKE_ANEW = "UPDATE leases SET owner = NULL, expires_at = 'epoch', epoch = epoch + 1 WHERE name = $1";

/** Reports on orders for `trizone reconcile-order`, and repairs stuck ones. */
export class OrderReports {
  readonly #database: Database;
  readonly #cash: Peer;
  readonly #holdings: Peer;

  constructor(database: Database, cash: Peer, holdings: Peer) {
    this.#database = database;
    this.#cash = cash;
    this.#holdings = holdings;
  }

  /** Resolves to undefined when there is no such order. */
  async find(id: string): Promise<OrderReport | undefined> {
    const at = timeOf(id);
    const from = new Date(at - SPREAD_MS);
    const [row] = await this.#database.repeatable<OrderRow>(ORDER, [id, from, new Date(at + SPREAD_MS)]);
    if (!row) return undefined;
    const order = orderOf(row);
    const shard = shardOf(order.symbol);
    type LeaseRow = { name: string; owner: string | null; epoch: number; held: boolean };
    const [rows, leases, open, transactions, portfolio] = await Promise.all([
      this.#database.repeatable<EventRow & Record<string, unknown>>(EVENTS, [id, from]),
      this.#database.repeatable<LeaseRow>(LEASES, [[leaseOf(shard), "feed"]]),
      this.#database.repeatable(IS_OPEN, [shard, id]),
      ledgerView(this.#cash, id),
      ledgerView(this.#holdings, id),
    ]);
    const events = rows.map(eventView);
    const status = events.at(-1)?.status ?? "accepted";
    const lease = (name: string) => {
      const { owner = null, epoch = 0, held = false } = leases.find((one) => one.name === name) ?? {};
      return { name, owner, epoch, isHeld: owner !== null && held };
    };
    const known = {
      status,
      events,
      shard: lease(leaseOf(shard)),
      feed: lease("feed"),
      transactions,
      portfolio,
    };
    const { userId, symbol, side, quantity, createdAt } = order;
    const late = Date.now() - createdAt > PATIENCE_MS;
    const fed = rows.filter((event) => event.fed).map(positionText);
    return {
      id,
      userId,
      symbol,
      side,
      quantity,
      ...known,
      ...diagnose({ ...known, fed, isOpen: open.length > 0, late }),
    };
  }

  /** Carries a repair out. Harmless where nothing is wrong, as every step of an order is idempotent. */
  async redrive({ lease }: Repair): Promise<void> {
    await this.#database.repeatable(TAKE_ANEW, [lease]);
  }
}

function eventView(row: EventRow): OrderReport["events"][number] {
  const body = JSON.parse(row.body) as EventBody;
  const intact = row.before !== null && hashOf(row.before, row.body).equals(row.hash);
  return { position: positionText(row), type: body.type, status: body.status, at: body.at, intact, body };
}

async function ledgerView(peer: Peer, id: string): Promise<LedgerView> {
  type Body = { position?: string | null; feedPosition?: string | null };
  try {
    const { status, body } = await peer.get<Body>(`/internal/reservations/${id}`, { expect: [404] });
    if (status === 404) return { report: null, position: undefined };
    return { report: body, position: body.feedPosition ?? body.position ?? null };
  } catch (error) {
    return {
      report: null,
      position: undefined,
      error: error instanceof Error ? error.message : String(error),
    };
  }
}

interface Known
  extends Pick<OrderReport, "status" | "events" | "shard" | "feed" | "transactions" | "portfolio"> {
  /** Positions of its events that the ledgers are to have. */
  fed: string[];
  isOpen: boolean;
  late: boolean;
}

/** What is wrong with an order, and what would repair it. */
function diagnose(known: Known): Pick<OrderReport, "problems" | "repair"> {
  const { status, events, shard, feed, fed, isOpen, late } = known;
  const problems: string[] = [];
  let repair: Repair | undefined;
  if (events.length === 0) problems.push("It has no events in order_events: they were removed.");
  for (const { position, intact } of events) {
    if (!intact) problems.push(`Event ${position} was changed after it was stored: run the audit.`);
  }
  if (isOpen === isEnd(status))
    problems.push(`It is ${status}, but ${isOpen ? "" : "not "}listed as unfinished.`);
  if (isOpen && status === "accepted" && late) {
    const where = shard.isHeld
      ? `${shard.owner} holds ${shard.name} and doesn't process it`
      : `nobody holds ${shard.name}`;
    problems.push(`It was accepted a while ago and is not executed: ${where}.`);
    repair = {
      lease: shard.name,
      why: "the next owner of the shard loads the order from the database and processes it",
    };
  }
  const last = fed.at(-1);
  for (const name of ["transactions", "portfolio"] as const) {
    const { position, error } = known[name];
    if (error) problems.push(`${name} did not answer: ${error}.`);
    else if (last && late && position !== undefined && isBehind(position, last)) {
      problems.push(`${name} is at ${position ?? "the start"} of the feed, before its event ${last}.`);
      const who = feed.isHeld ? `${feed.owner} holds the feed` : "nobody holds the feed";
      repair ??= { lease: "feed", why: `${who}; a new holder sends from where ${name} is` };
    }
  }
  return { problems, repair };
}

const isBehind = (position: string | null, event: string): boolean =>
  position === null || comparePositions(parsePosition(position), parsePosition(event)) < 0;
