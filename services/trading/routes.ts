import { createRoute, z } from "@hono/zod-openapi";
import { failures, json, problem } from "../kit/http/api.ts";
import { idempotencyKeyParameter } from "../kit/http/user.ts";
import { NewOrder, Order, OrderHistory, Status } from "./order.ts";

export const placeOrder = createRoute({
  method: "post",
  path: "/api/orders",
  summary: "Place an order",
  description: "The same key and body again bring the same answer; the order is stored once.",
  parameters: [idempotencyKeyParameter],
  request: { body: { required: true, content: json(NewOrder) } },
  responses: {
    201: { description: "Stored", content: json(Order) },
    413: problem("The body is too large"),
    415: problem("The body is not JSON"),
    422: problem("Invalid, or the key belongs to another order"),
    ...failures,
  },
});

export const getOrder = createRoute({
  method: "get",
  path: "/api/orders/{id}",
  summary: "One of your orders",
  request: { params: z.object({ id: z.string() }) },
  responses: {
    200: { description: "The order", content: json(Order) },
    404: problem("You have no such order"),
    ...failures,
  },
});

export const cancelOrder = createRoute({
  method: "post",
  path: "/api/orders/{id}/cancel",
  summary: "Ask for an order's cancellation",
  description: "What is not executed by then is cancelled. The order's status tells when.",
  request: { params: z.object({ id: z.string() }) },
  responses: {
    202: { description: "Asked for; the order as it is now", content: json(Order) },
    404: problem("You have no such order"),
    409: problem("The order has ended"),
    ...failures,
  },
});

export const getHistory = createRoute({
  method: "get",
  path: "/api/orders/{id}/events",
  summary: "What happened to one of your orders",
  request: { params: z.object({ id: z.string() }) },
  responses: {
    200: { description: "All that happened, in its order", content: json(OrderHistory) },
    404: problem("You have no such order"),
    ...failures,
  },
});

export const listOrders = createRoute({
  method: "get",
  path: "/api/orders",
  summary: "Your orders, newest first",
  request: {
    query: z.strictObject({
      cursor: z.string().max(200).optional(),
      limit: z.coerce
        .number({ error: "must be a whole number from 1 to 100" })
        .int()
        .min(1)
        .max(100)
        .default(20),
      symbol: z.string().max(6).optional(),
      status: Status.optional(),
    }),
  },
  responses: {
    200: {
      description: "A page; nextCursor is null on the last",
      content: json(z.object({ items: z.array(Order), nextCursor: z.string().nullable() })),
    },
    ...failures,
  },
});
