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

export interface OrdersArgs {
  reader: OrderReader;
  /** A cancellation was stored for the pod that owns the order's shard, which may be this one. */
  onCancel(): void;
}

/** The API of orders: read, list and cancel. */
export function ordersApi({ reader, onCancel }: OrdersArgs): OpenAPIHono<KitEnv> {
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

  app.openapi(listOrders, async (c) => {
    const userId = userOf(c);
    const { cursor, ...filter } = c.req.valid("query");
    const after = placeOf(cursor, decodeCursor);
    const { orders, next } = await reader.list(userId, { ...filter, after });
    return c.json({ items: orders.map(orderView), nextCursor: next ? encodeCursor(next) : null }, 200);
  });

  return app;
}
