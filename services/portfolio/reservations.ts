import type { QueryResultRow } from "pg";
import type { Database } from "../kit/database/index.ts";
import { plainArray, textArray } from "../kit/database/index.ts";
import type { HoldingReservation } from "../market/index.ts";
import { type ReservationResult, reserveInSteps } from "../market/index.ts";
import type { Reservation } from "./holdings.ts";

const AT_ONCE = {
  name: "reserve-at-once",
  text: "SELECT id FROM reserve_at_once($1, $2, $3, $4) AS left_over (id)",
};

const ONE_BY_ONE = {
  name: "reserve",
  text: "SELECT id, outcome FROM reserve($1, $2, $3, $4)",
};

const BY_ID = {
  name: "reservation",
  text: `SELECT id, user_id AS "userId", symbol, state, quantity, sold FROM reservations WHERE id = $1`,
};

export interface StoredReservation extends Reservation {
  id: string;
  userId: string;
  symbol: string;
}

/** Holdings reserved for sell orders: once for each order, and no share twice. */
export class Reservations {
  readonly #database: Database;
  /**
   * Reserves for a batch of orders, in its order where a holding hasn't enough for all. A repeated order gets the outcome
   * of its first request, or `released`.
   * @throws ProblemError 503
   */
  readonly reserve: (items: HoldingReservation[]) => Promise<ReservationResult[]>;

  constructor(database: Database) {
    this.#database = database;
    const concurrency = 2;
    this.reserve = reserveInSteps(
      {
        atOnce: (items) => database.repeatable<{ id: string }>(AT_ONCE, arraysOf(items)),
        oneByOne: (items) =>
          database.repeatable<ReservationResult & QueryResultRow>(ONE_BY_ONE, arraysOf(items)),
      },
      concurrency,
    );
  }

  /** Nothing when none was asked for. */
  async find(id: string): Promise<StoredReservation | undefined> {
    type Row = Omit<StoredReservation, "quantity" | "sold"> & { quantity: string; sold: string };
    const [row] = await this.#database.repeatable<Row>(BY_ID, [id]);
    return row && { ...row, quantity: Number(row.quantity), sold: Number(row.sold) };
  }
}

function arraysOf(items: HoldingReservation[]): string[] {
  return [
    plainArray(items.map(({ id }) => id)),
    textArray(items.map(({ userId }) => userId)),
    plainArray(items.map(({ symbol }) => symbol)),
    plainArray(items.map(({ quantity }) => quantity)),
  ];
}
