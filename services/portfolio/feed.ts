import type { Database, Session, Transaction } from "../kit/database/index.ts";
import { plainArray, textArray } from "../kit/database/index.ts";
import type { EventBatch, OrderEvent } from "../market/index.ts";
import { formatDecimal } from "../market/index.ts";
import {
  asHolding,
  type BatchState,
  bookEvents,
  type Holding,
  type HoldingRow,
  holdingKey,
  type Reservation,
} from "./holdings.ts";
import * as sql from "./statements.ts";

export interface Applied {
  /** False when `after` isn't what is stored: nothing was changed. */
  applied: boolean;
  /** What is stored now. */
  position: string | null;
  /** Fills of sells that no reservation covers: kept, not booked. */
  suspense: OrderEvent[];
}

/** The stored position isn't the one after which the sender's events come. */
class OutOfStep extends Error {}

/** Users buy these symbols for the first time: there are no holdings to lock yet. */
class NotOpened extends Error {
  readonly buys: readonly OrderEvent[];

  constructor(buys: readonly OrderEvent[]) {
    super("some holdings are not there yet");
    this.buys = buys;
  }
}

/**
 * Books a batch of the feed and moves the stored position in one transaction, if it follows what was booked before.
 * @throws ProblemError 503 when the database is away; whether the batch was booked, the stored position says then.
 */
export async function applyEvents(database: Database, batch: EventBatch): Promise<Applied> {
  const { after, position } = batch;
  // The end of a buy concerns cash only.
  const events = batch.events.filter(({ side, fill }) => side === "sell" || fill);
  try {
    const suspense = await database.transaction(async (transaction) => {
      const state = await open(transaction, after, position, events);
      bookEvents(state, events);
      store(transaction, state, events);
      return state.suspense;
    });
    return { applied: true, position, suspense };
  } catch (error) {
    if (error instanceof NotOpened) {
      // In a transaction of its own, as rows must be locked in order. Holdings are never deleted, so that one retry is enough.
      await database.repeatable(sql.OPEN, keyArrays(keysOf(error.buys)));
      return applyEvents(database, batch);
    }
    if (!(error instanceof OutOfStep)) throw error;
    return { applied: false, position: await storedPosition(database), suspense: [] };
  }
}

/** That of the last event that was booked; null when none was. @throws ProblemError 503 */
export async function storedPosition(database: Database): Promise<string | null> {
  const [row] = await database.repeatable<{ position: string | null }>(sql.POSITION, []);
  return row?.position ?? null;
}

interface ReservationRow {
  id: string;
  state: Reservation["state"];
  quantity: string;
  sold: string;
}

/** Moves the position, locks what the events are about and reads it. @throws OutOfStep, NotOpened */
async function open(
  session: Session,
  after: string | null,
  position: string,
  events: readonly OrderEvent[],
): Promise<BatchState> {
  const orders = new Set(events.filter(({ side }) => side === "sell").map(({ orderId }) => orderId));
  // None waits for another's answer. Each sees what was committed before it began: what comes after the locks sees all
  // that their former holders did.
  const [moved, there, reservations] = await Promise.all([
    session.query(sql.ADVANCE, [after, position]),
    session.query<HoldingRow>(sql.LOCK, keyArrays(keysOf(events))),
    session.query<ReservationRow>(sql.RESERVATIONS, [plainArray([...orders])]),
  ]);
  if (moved.length === 0) throw new OutOfStep();
  const holdings = new Map(there.map((row) => [holdingKey(row.user_id, row.symbol), asHolding(row)]));
  const first = events.filter(
    ({ side, userId, symbol }) => side === "buy" && !holdings.has(holdingKey(userId, symbol)),
  );
  if (first.length > 0) throw new NotOpened(first);
  return {
    holdings,
    reservations: new Map(
      reservations.map(({ id, state, quantity, sold }) => [
        id,
        { state, quantity: Number(quantity), sold: Number(sold) },
      ]),
    ),
    changed: new Set(),
    suspense: [],
  };
}

/** Whose holding, and of what. */
interface Key {
  userId: string;
  symbol: string;
}

/** The holdings that events are about, each once. */
function keysOf(events: readonly OrderEvent[]): Key[] {
  return [...new Map(events.map((event) => [holdingKey(event.userId, event.symbol), event])).values()];
}

function keyArrays(keys: Key[]): string[] {
  return [textArray(keys.map(({ userId }) => userId)), plainArray(keys.map(({ symbol }) => symbol))];
}

function store(transaction: Transaction, state: BatchState, events: readonly OrderEvent[]): void {
  const { changed, suspense } = state;
  const holdings = new Map<string, Holding & Key>();
  const reservations = new Map<string, Reservation & Key & { id: string }>();
  for (const { orderId, userId, symbol } of events) {
    const key = holdingKey(userId, symbol);
    const holding = changed.has(key) && state.holdings.get(key);
    if (holding) holdings.set(key, { userId, symbol, ...holding });
    const reservation = changed.has(orderId) && state.reservations.get(orderId);
    if (reservation) reservations.set(orderId, { id: orderId, userId, symbol, ...reservation });
  }
  if (holdings.size > 0) transaction.last(sql.STORE_HOLDINGS, holdingArrays([...holdings.values()]));
  if (reservations.size > 0)
    transaction.last(sql.STORE_RESERVATIONS, reservationArrays([...reservations.values()]));
  if (suspense.length > 0) transaction.last(sql.STORE_SUSPENSE, suspenseArrays(suspense));
}

function holdingArrays(rows: (Holding & Key)[]): string[] {
  return [
    ...keyArrays(rows),
    plainArray(rows.map(({ quantity }) => quantity)),
    plainArray(rows.map(({ reserved }) => reserved)),
    plainArray(rows.map(({ cost }) => formatDecimal(cost, 2))),
    plainArray(rows.map(({ realised }) => formatDecimal(realised, 2))),
  ];
}

function reservationArrays(rows: (Reservation & Key & { id: string })[]): string[] {
  return [
    plainArray(rows.map(({ id }) => id)),
    ...keyArrays(rows),
    plainArray(rows.map(({ state }) => state)),
    plainArray(rows.map(({ quantity }) => quantity)),
    plainArray(rows.map(({ sold }) => sold)),
  ];
}

function suspenseArrays(events: OrderEvent[]): string[] {
  return [
    plainArray(events.map(({ orderId }) => orderId)),
    textArray(events.map(({ fill }) => fill?.id)),
    textArray(events.map((event) => JSON.stringify(event))),
  ];
}
