import type { z } from "@hono/zod-openapi";
import { divideHalfUp, formatDecimal, parseDecimal } from "../market/index.ts";
import type { Order, OrderHistory } from "./order.ts";
import type { EventBody } from "./saga/events.ts";
import type { PlacedOrder } from "./saga/state.ts";
import type { OrderNow } from "./store/order-reader.ts";

/** An order as it was when it was placed: a repeated request gets the first answer, whatever happened since. */
export function placedView(order: PlacedOrder): Order {
  return view(order, "accepted", {});
}

/** An order as it is now. */
export function orderView({ order, last }: OrderNow): Order {
  if (!last) return placedView(order);
  const { filledQuantity = 0, filledValue, reason } = last;
  return view(order, last.status, {
    ...(filledQuantity > 0 && { filledQuantity, averagePrice: average(filledValue ?? "0", filledQuantity) }),
    ...(reason !== undefined && { reason }),
  });
}

export function historyView(events: EventBody[]): z.infer<typeof OrderHistory> {
  const items = events.map(({ version, type, status, at, fill, reason }) => ({
    version,
    type,
    status,
    at,
    ...(fill && { fill }),
    ...(reason !== undefined && { reason }),
  }));
  return { items };
}

function view(order: PlacedOrder, status: Order["status"], progress: Partial<Order>): Order {
  const { id, symbol, side, type, quantity, limitPrice, createdAt } = order;
  return {
    id,
    symbol,
    side,
    type,
    quantity,
    ...(limitPrice !== undefined && { limitPrice }),
    status,
    ...progress,
    createdAt: new Date(createdAt).toISOString(),
  };
}

function average(value: string, quantity: number): string {
  return formatDecimal(divideHalfUp(parseDecimal(value, 4) ?? 0n, BigInt(quantity)), 4);
}
