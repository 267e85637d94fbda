import type { Transition } from "../saga/state.ts";

/** An order as an exchange gets it. Prices are mills. */
export interface ExchangeOrder {
  id: string;
  symbol: string;
  side: "buy" | "sell";
  type: "market" | "limit";
  /** Shares that are not executed yet. */
  quantity: number;
  /** The worst price it may trade at. */
  worst: number;
  /** Whose it is: it never trades with another of theirs. */
  userId?: string | undefined;
  /** When it was placed, in milliseconds since 1970: it is good for that day. @default when it came to the exchange */
  placedAt?: number | undefined;
}

/** An order that rests on the book. */
export interface RestingOrder extends ExchangeOrder {
  /** Earlier ones are lower; unique on a book. */
  priority: number;
}

export type Report = { orderId: string } & Transition;

/**
 * A stock exchange. It reports in groups: what is in one happened at once, such as both sides of a trade, and is to be
 * stored in one transaction. An order's reports come in their order, and may come more than once.
 */
export interface Exchange {
  /** Hands an order over. The same one again changes nothing. */
  submit(order: ExchangeOrder): void;
  /** Requests an order's cancellation; its report has the outcome. Unknown orders are ignored. */
  cancel(orderId: string): void;
  /** Puts orders back on the book as they were before this process held it. */
  restore(orders: RestingOrder[]): void;
  /** Removes an order without a report, as another process owns its shard now. */
  forget(orderId: string): void;
  /** Nothing is reported after this. */
  close(): void;
}
