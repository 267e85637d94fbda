import { Hono } from "hono";
import { readInternal } from "../kit/http/api.ts";
import type { KitEnv } from "../kit/http/app.ts";
import { type Call, endCall, failureOf } from "../kit/http/call.ts";
import { decodeText, parseBody } from "../kit/http/json-body.ts";
import { problemReply } from "../kit/http/problem.ts";
import { checkedUser, refuseInvalid } from "../kit/http/user.ts";
import type { Pod } from "../kit/pod.ts";
import { traceOf } from "../kit/telemetry/trace.ts";
import { type GroupedOrder, ORDER_GROUP_PATH, OrderGroup, type Reply } from "../market/order-group.ts";
import { NewOrder } from "./order.ts";
import type { Placed } from "./place.ts";
import { placedView } from "./view.ts";

export type Place = (userId: string, key: string, order: NewOrder) => Promise<Placed>;

/** What of a request to place an order counts. */
export interface PlaceRequest {
  userId?: string | undefined;
  idempotencyKey?: string | undefined;
  contentType?: string | undefined;
  body?: string | undefined;
}

const ORDERS_PATH = "/api/orders";

/** Places the order that a request asks for. @throws ProblemError, HTTPException what is wrong with it, or why not now */
async function placeReply(
  place: Place,
  { userId, idempotencyKey, contentType, body }: PlaceRequest,
): Promise<Reply> {
  const { data, error } = NewOrder.safeParse(parseBody(contentType, body));
  refuseInvalid("The order is not valid.", error, idempotencyKey);
  const { order, replayed } = await place(checkedUser(userId), idempotencyKey ?? "", data as NewOrder);
  const headers = {
    location: `${ORDERS_PATH}/${order.id}`,
    "content-type": "application/json",
    ...(replayed && { "idempotency-replayed": "true" }),
  };
  return { status: 201, headers, body: JSON.stringify(placedView(order)) };
}

/** `POST /api/orders`, and the same for many at once as the gateway puts them together. */
export function placeRoutes(place: Place, pod: Pod): Hono<KitEnv> {
  const app = new Hono<KitEnv>();

  app.post(ORDERS_PATH, async (c) => {
    const { body, ...init } = await placeReply(place, {
      userId: c.req.header("x-user-id"),
      idempotencyKey: c.req.header("idempotency-key"),
      contentType: c.req.header("content-type"),
      body: decodeText(await c.req.arrayBuffer()),
    });
    return new Response(body, init);
  });

  app.put(ORDER_GROUP_PATH, async (c) => {
    const { orders } = await readInternal(c, OrderGroup);
    const replies = await Promise.all(orders.map((order) => replyTo(place, pod, order)));
    return c.json({ zone: pod.environment.ZONE, replies });
  });
  return app;
}

/** The response to one order of a group, which is counted and answered as it would be by itself. Never rejects. */
async function replyTo(place: Place, pod: Pod, order: GroupedOrder): Promise<Reply> {
  const { requestId, traceparent, tracestate } = order;
  const trace = traceOf({ traceparent, tracestate });
  const call: Call = { method: "POST", path: ORDERS_PATH, requestId, trace, startedAt: performance.now() };
  const reply = await placeReply(place, order).catch((error: unknown) =>
    problemReply(failureOf(call, error, false), ORDERS_PATH, trace.traceId),
  );
  endCall(pod, call, ORDERS_PATH, reply.status);
  return reply;
}
