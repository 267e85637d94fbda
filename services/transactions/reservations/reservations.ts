import type { QueryResultRow } from "pg";
import { z } from "zod";
import type { Database } from "../../kit/database/index.ts";
import { plainArray, textArray } from "../../kit/database/index.ts";
import type { EventBatch } from "../../market/index.ts";
import {
  EXCHANGE_CURRENCY,
  parseDecimal,
  type ReservationResult,
  reserveInSteps,
  scaleOf,
} from "../../market/index.ts";
import { type ReservationReport, reservationReport } from "./report.ts";

/** Reservations of a request at most. */
const MAX_ITEMS = 500;

/** What `POST /internal/reservations` takes; an amount has at most the decimals of its currency. */
export const ReservationBatch = z.object({
  items: z
    .array(
      z
        .object({
          id: z.uuid().toLowerCase(),
          userId: z
            .string()
            .regex(/^[\x21-\x7e]{1,255}$/, { error: "must be 1 to 255 visible ASCII characters" }),
          currency: z.string(),
          amount: z.string(),
        })
        .refine(({ currency, amount }) => parseDecimal(amount, scaleOf(currency) ?? -1) !== undefined, {
          error: "must be an amount with the decimals of an ISO 4217 currency",
          path: ["amount"],
        }),
    )
    .max(MAX_ITEMS),
});

export type ReservationItem = z.infer<typeof ReservationBatch>["items"][number];

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
  /** Fills of which the broker paid a part, as no reservation covered it. */
  uncovered: number;
}

/** Cash that is reserved for orders. Every method throws ProblemError 503 when the database is away. */
export class Reservations {
  readonly #database: Database;
  /** Reserves for each item, once per id: a repeat gets the outcome of the first request, or `released`. */
  readonly reserve: (items: ReservationItem[]) => Promise<ReservationResult[]>;

  constructor(database: Database) {
    this.#database = database;
    this.reserve = reserveInSteps({
      atOnce: (items) => database.repeatable<{ id: string }>(RESERVE, arraysOf(items)),
      oneByOne: (items) =>
        database.repeatable<ReservationResult & QueryResultRow>(RESERVE_WITH_CARE, arraysOf(items)),
    });
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
    if (!row)
      throw new Error("apply_events returned no row; does the schema match this version? Run the migrations");
    return { ...row, uncovered: Number(row.uncovered) };
  }

  /** What is stored of an order's cash; undefined when nothing is. */
  report(orderId: string): Promise<ReservationReport | undefined> {
    return reservationReport(this.#database, orderId);
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
