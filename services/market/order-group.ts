import { z } from "zod";

/** `PUT /internal/orders` on `trading`: what clients POST to `/api/orders`, of many at once. */
export const ORDER_GROUP_PATH = "/internal/orders";

/** A client's request as the gateway passes it on: what counts of its headers, and its body as text. */
const GroupedOrder = z.object({
  userId: z.string(),
  idempotencyKey: z.string().optional(),
  contentType: z.string().optional(),
  body: z.string().optional(),
  requestId: z.string(),
  traceparent: z.string(),
  tracestate: z.string().optional(),
});

export type GroupedOrder = z.infer<typeof GroupedOrder>;

export const OrderGroup = z.object({ orders: z.array(GroupedOrder).min(1).max(500) });

/** Each order's own response, in the orders' order. */
export const OrderReplies = z.object({
  zone: z.string(),
  replies: z.array(z.object({ status: z.int(), headers: z.array(z.string()), body: z.string() })),
});
