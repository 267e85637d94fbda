import type { Happening } from "../saga/state.ts";

/** An order as an exchange gets it. Prices are mills. */
export interface ExchangeOrder {
  id: string;
  symbol: string;
  side: "buy" | "sell";
  type: "market" | "limit";
  /** What is left to execute. */
  quantity: number;
  /** The worst price it may trade at. */
  worst: number;
}

/** An order that rests on the book. */
export interface RestingOrder extends ExchangeOrder {
  /** Earlier ones are lower; unique on a book. */
  priority: number;
}

export type Report = { orderId: string } & Happening;

/**
 * A place where orders are executed. It reports in groups: what is in one happened at once (both sides of a trade) and
 * is to be stored at once. An order's reports come in their order, and may come more than once.
 */
export interface Exchange {
  /** Hands an order over. The same one again changes nothing. */
  submit(order: ExchangeOrder): void;
  /** Asks to take an order off the book; its report says what came of it. Unknown orders are ignored. */
  cancel(orderId: string): void;
  /** Puts orders back on the book as they were before this process held it. */
  restore(orders: RestingOrder[]): void;
  /** Forgets an order, without a report: another process works it now. */
  forget(orderId: string): void;
  /** Nothing is reported after this. */
  close(): void;
}
