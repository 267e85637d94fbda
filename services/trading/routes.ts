import { createRoute, z } from "@hono/zod-openapi";
import { failures, json, problem } from "../kit/api.ts";
import { NewOrder, Order, Status } from "./order.ts";

export const placeOrder = createRoute({
  method: "post",
  path: "/api/orders",
  summary: "Place an order",
  description: "The same key and body again bring the same answer; the order is stored once.",
  // Checked together with the body, so that one answer names all that is wrong.
  parameters: [
    {
      name: "Idempotency-Key",
      in: "header",
      required: true,
      schema: { type: "string", minLength: 1, maxLength: 255 },
    },
  ],
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
