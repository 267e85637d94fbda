import { type CallInfo, endCall } from "../kit/client/call.ts";
import { failureOf } from "../kit/client/failure.ts";
import { API_BODY_LIMIT, INTERNAL_BODY_LIMIT, readBody } from "../kit/http/body-limit.ts";
import type { DirectRoute } from "../kit/http/direct.ts";
import { single } from "../kit/http/headers.ts";
import { parseInternal } from "../kit/http/internal.ts";
import { problemReply, type Reply, sendReply } from "../kit/http/reply.ts";
import type { Pod } from "../kit/pod.ts";
import { traceOf } from "../kit/telemetry/trace.ts";
import { type GroupedOrder, ORDER_GROUP_PATH, OrderGroup } from "../market/order-group.ts";
import { ORDERS_PATH, type Place, placeReply } from "./place-reply.ts";

/**
 * `POST /api/orders` on Node's own objects. It is what there is most of, and a framework's request, response and
 * validators for it took a third of this service's time.
 */
export function placeRoute(place: Place, pod: Pod): DirectRoute {
  return {
    path: ORDERS_PATH,
    only: "POST",
    async handle({ incoming, outgoing, requestId }) {
      const body = await readBody(incoming, API_BODY_LIMIT);
      const { "x-user-id": userId, "idempotency-key": key, "content-type": contentType } = incoming.headers;
      const reply = await placeReply(place, {
        userId: single(userId),
        idempotencyKey: single(key),
        contentType,
        body: body?.toString(),
      });
      sendReply(outgoing, reply, pod.environment.ZONE, requestId);
    },
  };
}

/** The same for many at once, as the gateway puts them together: each is answered as it would be by itself. */
export function placeGroupRoute(place: Place, pod: Pod): DirectRoute {
  const { ZONE: zone } = pod.environment;
  const replyTo = async (order: GroupedOrder): Promise<Reply> => {
    const { requestId, traceparent, tracestate } = order;
    const trace = traceOf({ traceparent, tracestate });
    const startedAt = performance.now();
    const call: CallInfo = { method: "POST", path: ORDERS_PATH, requestId, trace, startedAt };
    const reply = await placeReply(place, order).catch((error: unknown) =>
      problemReply(failureOf(pod, call, error, false), ORDERS_PATH, trace.traceId),
    );
    endCall(pod, call, ORDERS_PATH, reply.status);
    return reply;
  };
  return {
    path: ORDER_GROUP_PATH,
    only: "PUT",
    group: true,
    async handle({ incoming, outgoing, requestId }) {
      const bytes = await readBody(incoming, INTERNAL_BODY_LIMIT);
      const { orders } = parseInternal(OrderGroup, bytes?.toString() ?? "");
      const replies = await Promise.all(orders.map(replyTo));
      const headers = ["content-type", "application/json"];
      sendReply(outgoing, { status: 200, headers, body: JSON.stringify({ zone, replies }) }, zone, requestId);
    },
  };
}
