import type { Database } from "../../kit/database/database.ts";
import { GroupCommit } from "../../kit/group-commit.ts";
import { EXCHANGE_CURRENCY } from "../../kit/money.ts";
import type { EventBatch } from "../../kit/order-events.ts";
import { busy } from "../busy.ts";
import { explain, type ReservationReport } from "./report.ts";
import type { ReservationItem, ReservationResult } from "./shapes.ts";

const RESERVE = { name: "reserve", text: "SELECT id, outcome FROM reserve($1, $2, $3, $4)" };
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
      literal(events, ({ orderId }) => orderId),
      events.map(({ userId }) => userId),
      literal(events, ({ side }) => (side === "sell" ? "t" : "f")),
      events.map(({ fill }) => fill?.id ?? null),
      literal(events, ({ fill }) => fill?.amount ?? "0"),
      literal(events, ({ closed }) => (closed ? "t" : "f")),
      literal(events, ({ at }) => at),
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
    const items = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const refused = await this.#database.repeatable<ReservationResult & Record<string, unknown>>(RESERVE, [
      literal(items, ({ id }) => id),
      items.map(({ userId }) => userId),
      literal(items, ({ currency }) => currency),
      literal(items, ({ amount }) => amount),
    ]);
    const outcomes = new Map(refused.map(({ id, outcome }) => [id, outcome]));
    return requests.map((request) =>
      request.map(({ id }) => ({ id, outcome: outcomes.get(id) ?? "reserved" })),
    );
  }
}

/** PostgreSQL's text of an array of values that need no quotes; the driver would quote and escape each. */
function literal<Item>(items: Item[], value: (item: Item) => string): string {
  return `{${items.map(value).join(",")}}`;
}
