import type { QueryResultRow } from "pg";
import { plainArray, textArray } from "../../kit/database/arrays.ts";
import type { Database } from "../../kit/database/database.ts";
import { EXCHANGE_CURRENCY } from "../../market/money.ts";
import type { EventBatch } from "../../market/order-events.ts";
import { type ReservationResult, ReserveInSteps } from "../../market/reserve-in-steps.ts";
import { explain, type ReservationReport } from "./report.ts";
import type { ReservationItem } from "./shapes.ts";

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
  readonly #inSteps: ReserveInSteps<ReservationItem>;

  constructor(database: Database) {
    this.#database = database;
    this.#inSteps = new ReserveInSteps({
      atOnce: (items) => database.repeatable<{ id: string }>(RESERVE, arraysOf(items)),
      withCare: (items) =>
        database.repeatable<ReservationResult & QueryResultRow>(RESERVE_WITH_CARE, arraysOf(items)),
    });
  }

  /** Reserves for each item, once per id: a repeat hears what the first did, or that it was released since. */
  reserve(items: ReservationItem[]): Promise<ReservationResult[]> {
    return this.#inSteps.reserve(items);
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
}

function arraysOf(items: ReservationItem[]): string[] {
  return [
    plainArray(items.map(({ id }) => id)),
    textArray(items.map(({ userId }) => userId)),
    plainArray(items.map(({ currency }) => currency)),
    plainArray(items.map(({ amount }) => amount)),
  ];
}
