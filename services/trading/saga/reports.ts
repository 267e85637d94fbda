import type { ExchangeOrder, Report, RestingOrder } from "../exchange/port.ts";
import { isEnd, type OrderState, type PlacedOrder } from "./state.ts";

/** An order as the exchange gets it. */
export function exchangeOrder({
  id,
  symbol,
  side,
  type,
  quantity,
  worst,
  userId,
  createdAt,
}: PlacedOrder): ExchangeOrder {
  return { id, symbol, side, type, quantity, worst, userId, placedAt: createdAt };
}

/** The part of an order that isn't executed, as the exchange's book has it. */
export function restingOrder({ order, filled, priority = order.createdAt * 1000 }: OrderState): RestingOrder {
  return { ...exchangeOrder(order), quantity: order.quantity - filled, priority };
}

/** Whether a report came before: an exchange may send each report more than once. */
export function isRepeat(state: OrderState, report: Report): boolean {
  switch (report.type) {
    case "opened":
      return state.version > 0;
    case "fill":
      return state.fillIds.includes(report.fill.id);
    case "closed":
      return isEnd(state.status);
  }
}
