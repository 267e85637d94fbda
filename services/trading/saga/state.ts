/** What a client ordered. Never changes. Prices are whole mills (thousandths of a dollar), as in `market/price.ts`. */
export interface PlacedOrder {
  /** A version 7 UUID of the millisecond `createdAt`. */
  id: string;
  userId: string;
  symbol: string;
  side: "buy" | "sell";
  type: "market" | "limit";
  quantity: number;
  /** In dollars, with the digits it was sent with; limit orders only. */
  limitPrice: string | undefined;
  /** The worst price it may trade at: its limit, or what bounds a market order. */
  worst: number;
  /** Milliseconds since 1970. */
  createdAt: number;
}

export type End = "filled" | "cancelled" | "rejected" | "expired";
export type Status = "accepted" | "open" | End;

/** One execution of an order, in whole or in part. */
export interface Fill {
  /** The exchange's: the same when a report comes twice. */
  id: string;
  quantity: number;
  price: number;
}

/** A change of an order's state after it was placed. */
export type Transition =
  | { type: "opened"; priority: number }
  | { type: "fill"; fill: Fill }
  | { type: "closed"; closed: Exclude<End, "filled">; reason: string };

/** An order with the sum of its events. */
export interface OrderState {
  readonly order: PlacedOrder;
  status: Status;
  /** Of its last event; `placed` is 0. */
  version: number;
  filled: number;
  /** Sum of price × quantity of its fills, in mills. */
  value: bigint;
  /** Its place in time on the exchange's book, once it is there. */
  priority: number | undefined;
  fillIds: string[];
  /** Why it was closed. */
  reason: string | undefined;
}

const ENDS: ReadonlySet<Status> = new Set<Status>(["filled", "cancelled", "rejected", "expired"]);

export const isEnd = (status: Status): status is End => ENDS.has(status);

/** The order's state doesn't allow this transition: a bug of the saga or of the exchange, never a client's mistake. */
class IllegalTransition extends Error {}

export function placed(order: PlacedOrder): OrderState {
  return {
    order,
    status: "accepted",
    version: 0,
    filled: 0,
    value: 0n,
    priority: undefined,
    fillIds: [],
    reason: undefined,
  };
}

/**
 * Changes a state by a transition, in place.
 * @throws IllegalTransition from an end, when it is opened twice, when more is filled than was ordered or at a worse
 * price than allowed
 */
export function advance(state: OrderState, transition: Transition): void {
  const { order, status } = state;
  const refuse = (why: string) => new IllegalTransition(`order ${order.id} (${status}): ${why}`);
  if (isEnd(status)) throw refuse(`${transition.type} after its end`);
  switch (transition.type) {
    case "opened":
      if (status !== "accepted") throw refuse("opened twice");
      state.status = "open";
      state.priority = transition.priority;
      break;
    case "fill": {
      const { id, quantity, price } = transition.fill;
      if (!Number.isSafeInteger(quantity) || quantity < 1) throw refuse(`a fill of ${quantity}`);
      if (state.filled + quantity > order.quantity) throw refuse("more is filled than was ordered");
      if (order.side === "buy" ? price > order.worst : price < order.worst)
        throw refuse(`filled at ${price}, which is worse than ${order.worst}`);
      if (state.fillIds.includes(id)) throw refuse(`fill ${id} twice`);
      state.filled += quantity;
      state.value += BigInt(price) * BigInt(quantity);
      state.fillIds.push(id);
      state.status = state.filled === order.quantity ? "filled" : "open";
      break;
    }
    case "closed":
      state.status = transition.closed;
      state.reason = transition.reason;
      break;
  }
  state.version += 1;
}
