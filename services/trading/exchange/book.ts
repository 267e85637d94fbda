import type { RestingOrder } from "./port.ts";

/** A trade of an incoming order with what there was on the other side. */
export interface Trade {
  /** The client's order that rested on the book; nothing when the market itself was the other side. */
  resting: RestingOrder | undefined;
  price: number;
  quantity: number;
}

/** The market beyond this book: what it offers on one side. */
export interface Offer {
  price: number;
  /** Shares; takes what is traded off. */
  size: number;
}

/** Whether a price is as good as a limit, for one side. */
const reaches = (side: "buy" | "sell", price: number, limit: number) =>
  side === "buy" ? price <= limit : price >= limit;

/** One symbol's resting orders by price and time. */
export class Book {
  /** Best first: highest price of buys, lowest of sells, then the earlier. */
  readonly #sides = { buy: [] as RestingOrder[], sell: [] as RestingOrder[] };
  readonly #byId = new Map<string, RestingOrder>();

  /** The best order of a side. */
  best(side: "buy" | "sell"): RestingOrder | undefined {
    return this.#sides[side][0];
  }

  add(order: RestingOrder): void {
    const side = this.#sides[order.side];
    side.splice(place(side, order), 0, order);
    this.#byId.set(order.id, order);
  }

  remove(id: string): RestingOrder | undefined {
    const order = this.#byId.get(id);
    if (!order) return undefined;
    this.#byId.delete(id);
    const side = this.#sides[order.side];
    side.splice(place(side, order), 1);
    return order;
  }

  /**
   * Executes as much of an order as the other side allows, best price first, then those that came first: clients'
   * orders before the market's at the same price. What is left of `incoming.quantity` stays in it. Ends before the first
   * trade with an order of the same user.
   */
  match(incoming: RestingOrder, offer: Offer): { trades: Trade[]; meetsOwn: boolean } {
    const trades: Trade[] = [];
    const others = this.#sides[incoming.side === "buy" ? "sell" : "buy"];
    while (incoming.quantity > 0) {
      const first = others[0];
      const resting =
        first && (offer.size === 0 || reaches(incoming.side, first.worst, offer.price)) ? first : undefined;
      const price = resting?.worst ?? offer.price;
      if ((!resting && offer.size === 0) || !reaches(incoming.side, price, incoming.worst)) break;
      if (resting?.userId !== undefined && resting.userId === incoming.userId)
        return { trades, meetsOwn: true };
      const quantity = Math.min(incoming.quantity, resting?.quantity ?? offer.size);
      incoming.quantity -= quantity;
      if (resting) {
        resting.quantity -= quantity;
        if (resting.quantity === 0) this.remove(resting.id);
      } else offer.size -= quantity;
      trades.push({ resting, price, quantity });
    }
    return { trades, meetsOwn: false };
  }
}

/** Where an order is, or belongs, on its side. */
function place(side: readonly RestingOrder[], order: RestingOrder): number {
  const better = order.side === "buy" ? -1 : 1;
  let low = 0;
  let high = side.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = side[middle] as RestingOrder;
    const before = (other.worst - order.worst) * better || other.priority - order.priority;
    if (before < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
