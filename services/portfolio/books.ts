import { divideHalfUp, parseDecimal } from "../market/money.ts";
import type { OrderEvent } from "../market/order-events.ts";

/** What one user holds of one symbol. Money is in cents. */
export interface Holding {
  quantity: number;
  /** Of it, promised to open sell orders. */
  reserved: number;
  /** What the quantity cost. */
  cost: bigint;
  /** Proceeds less cost of what was sold. */
  realised: bigint;
}

/** Holdings promised to a sell order. */
export interface Reservation {
  state: "reserved" | "released" | "insufficient";
  quantity: number;
  /** Of it, what fills took. */
  sold: number;
}

/** What a batch of events is about, and what it makes of it. */
export interface Books {
  /** By `holdingKey`. */
  holdings: Map<string, Holding>;
  /** By order id. */
  reservations: Map<string, Reservation>;
  /** Keys of the holdings, and ids of the orders whose reservations, that are not what they were. */
  changed: Set<string>;
  /** Fills of sells that no reservation covers. */
  suspense: OrderEvent[];
}

export const holdingKey = (userId: string, symbol: string): string => `${symbol} ${userId}`;

/**
 * The cost of `sold` of a holding's `quantity`: in proportion, rounded half up to the cent; of all of it, all. So the
 * average cost of what stays is what it was but for less than a cent in total, and no cent is ever lost.
 */
export function costOf(sold: number, { quantity, cost }: Pick<Holding, "quantity" | "cost">): bigint {
  return sold === quantity ? cost : divideHalfUp(cost * BigInt(sold), BigInt(quantity));
}

/**
 * Books events in their order, changing `books`: a buy adds quantity and cost; a sell takes from what its order reserved
 * and realises amount less cost; an order's end releases what is left. The holdings that buys add to have to be there.
 */
export function book(books: Books, events: readonly OrderEvent[]): void {
  for (const event of events) {
    if (event.side === "buy") {
      if (event.fill) buy(books, event, event.fill);
      continue;
    }
    if (event.fill && !sell(books, event, event.fill)) books.suspense.push(event);
    if (event.closed) close(books, event);
  }
}

type Fill = NonNullable<OrderEvent["fill"]>;

function cents(amount: string): bigint {
  const units = parseDecimal(amount, 2);
  if (units === undefined) throw new Error(`${amount} is not an amount in dollars and cents`);
  return units;
}

function buy({ holdings, changed }: Books, { userId, symbol, orderId }: OrderEvent, fill: Fill): void {
  const key = holdingKey(userId, symbol);
  const holding = holdings.get(key);
  if (!holding) throw new Error(`the holding that order ${orderId} adds to was not opened`);
  holding.quantity += fill.quantity;
  holding.cost += cents(fill.amount);
  changed.add(key);
}

/** False, and nothing is changed, when no reservation covers the fill. */
function sell(books: Books, { userId, symbol, orderId }: OrderEvent, fill: Fill): boolean {
  const key = holdingKey(userId, symbol);
  const holding = books.holdings.get(key);
  const reservation = books.reservations.get(orderId);
  const { quantity } = fill;
  if (!holding || reservation?.state !== "reserved") return false;
  if (reservation.quantity - reservation.sold < quantity) return false;
  const cost = costOf(quantity, holding);
  holding.quantity -= quantity;
  holding.reserved -= quantity;
  holding.cost -= cost;
  holding.realised += cents(fill.amount) - cost;
  reservation.sold += quantity;
  books.changed.add(key).add(orderId);
  return true;
}

/** The end of an order whose reservation has not come yet leaves a released one, for the reservation to find. */
function close({ holdings, reservations, changed }: Books, { userId, symbol, orderId }: OrderEvent): void {
  const key = holdingKey(userId, symbol);
  const holding = holdings.get(key);
  const reservation = reservations.get(orderId);
  if (!reservation) {
    reservations.set(orderId, { state: "released", quantity: 0, sold: 0 });
    changed.add(orderId);
  } else if (reservation.state === "reserved" && holding) {
    holding.reserved -= reservation.quantity - reservation.sold;
    reservation.state = "released";
    changed.add(key).add(orderId);
  }
}
