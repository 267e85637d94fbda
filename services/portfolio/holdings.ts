import type { OrderEvent } from "../market/index.ts";
import { divideHalfUp, parseDecimal } from "../market/index.ts";

/** What one user holds of one symbol. Money is in cents. */
export interface Holding {
  quantity: number;
  /** Of it, reserved for open sell orders. */
  reserved: number;
  /** What the quantity cost. */
  cost: bigint;
  /** Proceeds less cost of what was sold. */
  realised: bigint;
}

/** Holdings reserved for a sell order. */
export interface Reservation {
  state: "reserved" | "released" | "insufficient";
  quantity: number;
  /** Of it, what was sold. */
  sold: number;
}

/** The holdings and reservations that a batch of events changes, in memory. */
export interface BatchState {
  /** By `holdingKey`. */
  holdings: Map<string, Holding>;
  /** By order id. */
  reservations: Map<string, Reservation>;
  /** Keys of changed holdings, and ids of orders whose reservations changed. */
  changed: Set<string>;
  /** Fills of sells that no reservation covers: they are kept aside for a person to look at. */
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
 * Books events in their order, changing `state`: a buy adds quantity and cost; a sell takes from what its order reserved
 * and realises amount less cost; an order's end releases what is left. The holdings that buys add to must be in `state`.
 */
export function bookEvents(state: BatchState, events: readonly OrderEvent[]): void {
  for (const event of events) {
    if (event.side === "buy") {
      if (event.fill) buy(state, event, event.fill);
      continue;
    }
    if (event.fill && !sell(state, event, event.fill)) state.suspense.push(event);
    if (event.closed) close(state, event);
  }
}

type Fill = NonNullable<OrderEvent["fill"]>;

function buy({ holdings, changed }: BatchState, { userId, symbol, orderId }: OrderEvent, fill: Fill): void {
  const key = holdingKey(userId, symbol);
  const holding = holdings.get(key);
  if (!holding)
    throw new Error(
      `there is no holding of ${symbol} for order ${orderId} to add to; feed.ts opens it first`,
    );
  holding.quantity += fill.quantity;
  holding.cost += signedCents(fill.amount);
  changed.add(key);
}

/** False, and nothing is changed, when no reservation covers the fill. */
function sell(state: BatchState, { userId, symbol, orderId }: OrderEvent, fill: Fill): boolean {
  const key = holdingKey(userId, symbol);
  const holding = state.holdings.get(key);
  const reservation = state.reservations.get(orderId);
  const { quantity } = fill;
  if (!holding || reservation?.state !== "reserved") return false;
  if (reservation.quantity - reservation.sold < quantity) return false;
  const cost = costOf(quantity, holding);
  holding.quantity -= quantity;
  holding.reserved -= quantity;
  holding.cost -= cost;
  holding.realised += signedCents(fill.amount) - cost;
  reservation.sold += quantity;
  state.changed.add(key).add(orderId);
  return true;
}

/** Releases what is left. If the order ended before its reservation came, stores a released one, which then refuses it. */
function close(
  { holdings, reservations, changed }: BatchState,
  { userId, symbol, orderId }: OrderEvent,
): void {
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

/** A row of `holdings`: numbers that JavaScript can't represent exactly come as text. */
export interface HoldingRow {
  user_id: string;
  symbol: string;
  quantity: string;
  reserved: string;
  cost: string;
  realised: string;
}

/** The cents of a decimal string in dollars, which may be negative. */
export function signedCents(text: string): bigint {
  const units = parseDecimal(text.replace(/^-/, ""), 2);
  if (units === undefined) throw new Error(`${text} is not an amount in dollars and cents`);
  return text.startsWith("-") ? -units : units;
}

export function asHolding({ quantity, reserved, cost, realised }: HoldingRow): Holding {
  return {
    quantity: Number(quantity),
    reserved: Number(reserved),
    cost: signedCents(cost),
    realised: signedCents(realised),
  };
}
