import { textOf, type UpstreamResponse } from "../kit/client/attempt.ts";
import { isTransientStatus } from "../kit/client/retry.ts";
import type { Upstream } from "../kit/client/upstream.ts";
import { GroupCommit } from "../kit/group-commit.ts";
import { ProblemError } from "../kit/http/problem.ts";
import { type GroupedOrder, ORDER_GROUP_PATH, OrderReplies, type Reply } from "../market/order-group.ts";

/** An order's response, and the zone of the pod that gave it. */
export interface OrderReply {
  zone: string;
  reply: Reply;
}

const MAX_ORDERS = 100;
/** What is longer is no order's body or key; it goes by itself, so that no group is too large for `trading`. */
const MAX_CHARACTERS = 1024;
/** After an answer that is none to a group, orders go by themselves for so long: a pod of another version, or one under faults. */
const ALONE_MS = 10_000;

/**
 * Sends the orders that one turn of the event loop brings as one request: a request each would cost the gateway and
 * `trading` more than the orders themselves. Nothing waits for more to come: where orders come one by one, each goes at
 * once, and by itself.
 */
export class OrderGroups {
  readonly #upstream: Upstream;
  readonly #groups: GroupCommit<GroupedOrder, OrderReply | undefined>;
  #aloneUntil = 0;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
    this.#groups = new GroupCommit((orders) => this.#send(orders), {
      maxBatch: MAX_ORDERS,
      concurrency: Number.POSITIVE_INFINITY,
      wholeTurns: true,
    });
  }

  /**
   * Resolves to the order's response, or to nothing: then the order is to go by itself.
   * @throws ProblemError 502, 503 or 504 as `Upstream` does: the order may have been stored
   */
  async place(order: GroupedOrder): Promise<OrderReply | undefined> {
    const { body = "", idempotencyKey = "" } = order;
    if (body.length > MAX_CHARACTERS || idempotencyKey.length > MAX_CHARACTERS) return undefined;
    if (performance.now() < this.#aloneUntil) return undefined;
    return this.#groups.add(order);
  }

  async #send(orders: GroupedOrder[]): Promise<(OrderReply | undefined)[]> {
    if (orders.length === 1) return [undefined];
    const response = await this.#upstream.request({
      // A PUT, as a repeat changes nothing: each order is stored once under its key.
      method: "PUT",
      path: ORDER_GROUP_PATH,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ orders }),
      whole: true,
    });
    const replies = repliesIn(response);
    if (replies?.length === orders.length) return replies;
    this.#aloneUntil = performance.now() + ALONE_MS;
    return orders.map(() => undefined);
  }
}

/** Nothing when the answer isn't one to a group. @throws ProblemError when it says to come again */
function repliesIn(response: UpstreamResponse): OrderReply[] | undefined {
  const { status, headers } = response;
  if (isTransientStatus(status)) throw notNow(status, headers["retry-after"]);
  if (status !== 200) return undefined;
  try {
    const { zone, replies } = OrderReplies.parse(JSON.parse(textOf(response)));
    return replies.map((reply) => ({ zone, reply }));
  } catch {
    return undefined;
  }
}

function notNow(status: number, retryAfter = "1"): ProblemError {
  const detail = "The order could not be placed right now. Try again shortly, with the same Idempotency-Key.";
  return new ProblemError(status, detail, { headers: { "retry-after": retryAfter } });
}
