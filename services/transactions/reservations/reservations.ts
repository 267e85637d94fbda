import { plainArray, textArray } from "../../kit/database/arrays.ts";
import type { Database } from "../../kit/database/database.ts";
import { GroupCommit } from "../../kit/group-commit.ts";
import { EXCHANGE_CURRENCY } from "../../kit/money.ts";
import type { EventBatch } from "../../kit/order-events.ts";
import { busy } from "../busy.ts";
import { explain, type ReservationReport } from "./report.ts";
import type { ReservationItem, ReservationResult } from "./shapes.ts";

const RESERVE = { name: "reserve", text: "SELECT id FROM reserve($1, $2, $3, $4) AS left_over (id)" };
const RESERVE_WITH_CARE = {
  name: "reserve-with-care",
  text: "SELECT id, outcome FROM reserve_with_care($1, $2, $3, $4)",
};
const APPLY = {
  name: "apply-events",
  text: `SELECT applied, position, uncovered FROM apply_events('orders', $1, $2, '${EXCHANGE_CURRENCY}', $3, $4, $5, $6, $7, $8, $9)`,
};

export interface Applied {
  /** False when the events don't follow what was applied before; then nothing is. */
  applied: boolean;
  /** Up to where events are applied now. */
  position: string | null;
  /** Fills of which the house paid a part, as no reservation covered it. */
  uncovered: number;
}

/** Cash that orders hold. Every method throws ProblemError 503 when the database is away. */
export class Reservations {
  readonly #database: Database;
  readonly #commits: GroupCommit<ReservationItem[], ReservationResult[]>;

  constructor(database: Database) {
    this.#database = database;
    // Whole requests, so that one has no promise per order. Some thousand orders are a commit at most.
    this.#commits = new GroupCommit((requests) => this.#commit(requests), { maxBatch: 8, maxWaiting: 64 });
  }

  /** Reserves for each item, once per id: a repeat hears what the first did, or that it was released since. */
  reserve(items: ReservationItem[]): Promise<ReservationResult[]> {
    return this.#commits.add(items).catch(busy);
  }

  /** Applies events in one transaction with the feed's position: repeating it changes nothing. */
  async apply({ after, position, events }: EventBatch): Promise<Applied> {
    const [row] = await this.#database.repeatable<{
      applied: boolean;
      position: string | null;
      uncovered: string;
    }>(APPLY, [
      after,
      position,
      plainArray(events.map(({ orderId }) => orderId)),
      textArray(events.map(({ userId }) => userId)),
      plainArray(events.map(({ side }) => (side === "sell" ? "t" : "f"))),
      textArray(events.map(({ fill }) => fill?.id)),
      plainArray(events.map(({ fill }) => fill?.amount ?? "0")),
      plainArray(events.map(({ closed }) => (closed ? "t" : "f"))),
      plainArray(events.map(({ at }) => at)),
    ]);
    if (!row) throw new Error("applying events returned nothing");
    return { ...row, uncovered: Number(row.uncovered) };
  }

  /** What is known of an order's cash; nothing when nothing is. */
  explain(orderId: string): Promise<ReservationReport | undefined> {
    return explain(this.#database, orderId);
  }

  async #commit(requests: ReservationItem[][]): Promise<ReservationResult[][]> {
    const byId = new Map<string, ReservationItem>();
    for (const items of requests) for (const item of items) if (!byId.has(item.id)) byId.set(item.id, item);
    const left = await this.#run<{ id: string }>(RESERVE, [...byId.values()]);
    const hard = left.flatMap(({ id }) => byId.get(id) ?? []);
    const refused = hard.length > 0 ? await this.#run<ReservationResult>(RESERVE_WITH_CARE, hard) : [];
    const outcomes = new Map(refused.map(({ id, outcome }) => [id, outcome]));
    return requests.map((request) =>
      request.map(({ id }) => ({ id, outcome: outcomes.get(id) ?? "reserved" })),
    );
  }

  #run<Row>(statement: typeof RESERVE, items: ReservationItem[]): Promise<Row[]> {
    return this.#database.repeatable<Row & Record<string, unknown>>(statement, [
      plainArray(items.map(({ id }) => id)),
      textArray(items.map(({ userId }) => userId)),
      plainArray(items.map(({ currency }) => currency)),
      plainArray(items.map(({ amount }) => amount)),
    ]);
  }
}
