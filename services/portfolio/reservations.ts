import type { Database } from "../kit/database/database.ts";
import { GroupCommit } from "../kit/group-commit.ts";
import type { HoldingReservation, ReservationOutcome } from "../kit/order-events.ts";
import type { Reservation } from "./books.ts";

const RESERVE = {
  name: "reserve",
  text: "SELECT id, outcome FROM reserve($1::uuid[], $2::text[], $3::text[], $4::bigint[])",
};

const BY_ID = {
  name: "reservation",
  text: `SELECT id, user_id AS "userId", symbol, state, quantity, sold FROM reservations WHERE id = $1`,
};

interface Refusal {
  id: string;
  outcome: ReservationOutcome;
}

export interface StoredReservation extends Reservation {
  id: string;
  userId: string;
  symbol: string;
}

/** Requests whose reservations go into one commit. */
const MAX_REQUESTS = 8;

/** Holdings promised to sell orders: each order's once, and no share twice. */
export class Reservations {
  readonly #database: Database;
  readonly #commits: GroupCommit<HoldingReservation[], ReservationOutcome[]>;

  constructor(database: Database) {
    this.#database = database;
    this.#commits = new GroupCommit((requests) => this.#commit(requests), {
      maxBatch: MAX_REQUESTS,
      concurrency: 2,
      maxWaiting: 64,
    });
  }

  /**
   * Reserves for a batch of orders, in its order where a holding hasn't enough for all. An order that has been here
   * hears what it heard then, or that its reservation was released.
   * @throws ProblemError 503; QueueFull
   */
  reserve(items: HoldingReservation[]): Promise<ReservationOutcome[]> {
    return this.#commits.add(items);
  }

  /** Nothing when none was asked for. */
  async find(id: string): Promise<StoredReservation | undefined> {
    type Row = Omit<StoredReservation, "quantity" | "sold"> & { quantity: string; sold: string };
    const [row] = await this.#database.repeatable<Row>(BY_ID, [id]);
    return row && { ...row, quantity: Number(row.quantity), sold: Number(row.sold) };
  }

  async #commit(requests: HoldingReservation[][]): Promise<ReservationOutcome[][]> {
    // An order may be there twice, as a request that was not answered in time is sent again; the first one counts.
    const items = new Map<string, HoldingReservation>();
    for (const item of requests.flat()) if (!items.has(item.id)) items.set(item.id, item);
    const all = [...items.values()];
    const rows = await this.#database.repeatable<Refusal>(RESERVE, [
      all.map(({ id }) => id),
      all.map(({ userId }) => userId),
      all.map(({ symbol }) => symbol),
      all.map(({ quantity }) => quantity),
    ]);
    const refused = new Map(rows.map(({ id, outcome }) => [id, outcome]));
    return requests.map((request) => request.map(({ id }) => refused.get(id) ?? "reserved"));
  }
}
