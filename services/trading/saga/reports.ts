import type { Report, RestingOrder } from "../exchange/port.ts";
import { isEnd, type OrderState } from "./state.ts";

/** The part of an order that isn't executed, as the exchange's book has it. */
export function restingOrder({ order, filled, priority = order.createdAt * 1000 }: OrderState): RestingOrder {
  const { id, symbol, side, type, worst } = order;
  return { id, symbol, side, type, quantity: order.quantity - filled, worst, priority };
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
