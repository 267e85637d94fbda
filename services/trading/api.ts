import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import {
  bodyFailures,
  createApi,
  documentBody,
  failures,
  idParam,
  json,
  pageOf,
  pageQuery,
  placeOf,
  problem,
} from "../kit/http/api.ts";
import type { KitEnv } from "../kit/http/app.ts";
import { ProblemError } from "../kit/http/problem.ts";
import { idempotencyKeyParameter, userOf } from "../kit/http/user.ts";
import { isUuid } from "../kit/uuid.ts";
import { alwaysOpen, type Hours } from "./exchange/hours.ts";
import { NEW_ORDER, Order, OrderHistory, Status, SYMBOL } from "./order.ts";
import { isEnd } from "./saga/state.ts";
import type { OrderNow, OrderReader } from "./store/order-reader.ts";
import { CURSOR, decodeCursor, encodeCursor } from "./store/order-reader.ts";
import { historyView, orderView } from "./view.ts";

const placeOrder = {
  method: "post" as const,
  path: "/api/orders",
  summary: "Place an order",
  description: "The same key and body again bring the same answer; the order is stored once.",
  parameters: [idempotencyKeyParameter],
  responses: {
    201: { description: "Stored", content: json(Order) },
    ...bodyFailures,
    422: problem("Invalid, or the key belongs to another order"),
    ...failures,
  },
};

const getOrder = createRoute({
  method: "get",
  path: "/api/orders/{id}",
  summary: "One of your orders",
  request: { params: idParam },
  responses: {
    200: { description: "The order", content: json(Order) },
    404: problem("You have no such order"),
    ...failures,
  },
});

const cancelOrder = createRoute({
  method: "post",
  path: "/api/orders/{id}/cancel",
  summary: "Ask for an order's cancellation",
  description: "What is not executed by then is cancelled. The order's status tells when.",
  request: { params: idParam },
  responses: {
    202: { description: "Asked for; the order as it is now", content: json(Order) },
    404: problem("You have no such order"),
    409: problem("The order has ended"),
    ...failures,
  },
});

const getHistory = createRoute({
  method: "get",
  path: "/api/orders/{id}/events",
  summary: "What happened to one of your orders",
  request: { params: idParam },
  responses: {
    200: { description: "All that happened, in its order", content: json(OrderHistory) },
    404: problem("You have no such order"),
    ...failures,
  },
});

const listOrders = createRoute({
  method: "get",
  path: "/api/orders",
  summary: "Your orders, newest first",
  request: {
    query: z.strictObject({
      ...pageQuery(CURSOR),
      symbol: z.string().regex(SYMBOL, { error: "must be an ASX code" }).optional(),
      status: Status.optional(),
    }),
  },
  responses: {
    200: pageOf(Order),
    ...failures,
  },
});

const Market = z
  .object({
    hours: z
      .enum(["always", "asx"])
      .openapi({ description: "`asx`: 10:00 to 16:00 in Sydney, Monday to Friday" }),
    open: z.boolean(),
    opensAt: z.iso
      .datetime()
      .nullable()
      .openapi({ description: "The next session's start; null while it is open" }),
    closesAt: z.iso
      .datetime()
      .openapi({ description: "End of this session, or of the next: orders on the book then expire" }),
    now: z.iso.datetime().openapi({ description: "The exchange's clock" }),
  })
  .openapi("Market");

const getMarket = createRoute({
  method: "get",
  path: "/api/market",
  summary: "When the exchange trades",
  responses: { 200: { description: "As it is now", content: json(Market) }, ...failures },
});

export interface OrdersArgs {
  reader: OrderReader;
  /** A cancellation was stored for the pod that owns the order's shard, which may be this one. */
  onCancel(): void;
  /** @default the exchange is always open */
  hours?: Hours;
}

/** The API of orders: read, list and cancel; and when the exchange trades. */
export function ordersApi({ reader, onCancel, hours = alwaysOpen }: OrdersArgs): OpenAPIHono<KitEnv> {
  const app = createApi("Trizone orders");

  /** @throws ProblemError 404 for no order, and for another's */
  const find = async (userId: string, id: string, first = false): Promise<OrderNow> => {
    const found = isUuid(id) ? await reader.find(userId, id, first) : undefined;
    if (!found) throw new ProblemError(404, "You have no order of this id.");
    return found;
  };

  // Answered by `placeRoutes`.
  documentBody(app, placeOrder, "NewOrder", NEW_ORDER);

  app.openapi(getOrder, async (c) => c.json(orderView(await find(userOf(c), c.req.valid("param").id)), 200));

  app.openapi(getHistory, async (c) => {
    const { order } = await find(userOf(c), c.req.valid("param").id);
    return c.json(historyView(await reader.events(order)), 200);
  });

  app.openapi(cancelOrder, async (c) => {
    const found = await find(userOf(c), c.req.valid("param").id, true);
    const { status } = orderView(found);
    if (isEnd(status)) throw new ProblemError(409, `The order is ${status} already.`);
    await reader.askToCancel(found.order);
    onCancel();
    return c.json(orderView(found), 202);
  });

  app.openapi(getMarket, (c) => {
    userOf(c);
    const now = Date.now();
    const open = hours.isOpen(now);
    const time = (ms: number) => new Date(ms).toISOString();
    const market = {
      hours: hours === alwaysOpen ? ("always" as const) : ("asx" as const),
      open,
      opensAt: open ? null : time(hours.openFrom(now)),
      closesAt: time(hours.closeAfter(now)),
      now: time(now),
    };
    return c.json(market, 200);
  });

  app.openapi(listOrders, async (c) => {
    const userId = userOf(c);
    const { cursor, ...filter } = c.req.valid("query");
    const after = placeOf(cursor, decodeCursor);
    const { orders, next } = await reader.list(userId, { ...filter, after });
    return c.json({ items: orders.map(orderView), nextCursor: next ? encodeCursor(next) : null }, 200);
  });

  return app;
}
