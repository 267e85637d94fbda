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

/** The response to an order. */
const Reply = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

export type Reply = z.infer<typeof Reply>;

/** Each order's own response, in the orders' order; the zone of the pod that made them. */
export const OrderReplies = z.object({ zone: z.string(), replies: z.array(Reply) });
