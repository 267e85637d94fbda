import { HTTPException } from "hono/http-exception";
import { idempotencyKeyProblem } from "../kit/http/idempotency-key.ts";
import { ProblemError } from "../kit/http/problem.ts";
import { checkedUser } from "../kit/http/user.ts";
import { fieldErrors } from "../kit/http/validation.ts";
import type { Reply } from "../market/order-group.ts";
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

export const ORDERS_PATH = "/api/orders";

/** JSON, with or without parameters such as the charset. */
const JSON_TYPE = /^application\/([a-z.-]+\+)?json(;\s*[a-z\d-]+=[^;]+)*$/i;

/** Places the order that a request asks for. @throws ProblemError, HTTPException what is wrong with it, or why not now */
export async function placeReply(
  place: Place,
  { userId, idempotencyKey, contentType, body }: PlaceRequest,
): Promise<Reply> {
  const given = checked(bodyOf(contentType, body), idempotencyKey);
  const { order, replayed } = await place(checkedUser(userId), given.key, given.order);
  const headers = {
    location: `${ORDERS_PATH}/${order.id}`,
    "content-type": "application/json",
    ...(replayed && { "idempotency-replayed": "true" }),
  };
  return { status: 201, headers, body: JSON.stringify(placedView(order)) };
}

/** @throws HTTPException 415 when it isn't said to be JSON, 400 when it isn't JSON */
function bodyOf(type: string | undefined, text: string | undefined): unknown {
  // Nothing at all is no order: what it lacks is told.
  if (!type && !text) return {};
  if (!type || !JSON_TYPE.test(type)) throw new HTTPException(415);
  try {
    return JSON.parse(text ?? "");
  } catch (cause) {
    throw new HTTPException(400, { cause });
  }
}

/** @throws ProblemError 422 for an order that isn't valid, else 400 for a key that isn't; one answer names all that is wrong */
function checked(body: unknown, key: string | undefined): { key: string; order: NewOrder } {
  const result = NewOrder.safeParse(body);
  const wrongKey = idempotencyKeyProblem(key);
  if (!result.success) {
    const wrong = fieldErrors(result.error.issues, "body");
    const errors = wrongKey ? [wrongKey, ...wrong] : wrong;
    throw new ProblemError(422, "The order is not valid.", { errors });
  }
  if (wrongKey) {
    throw new ProblemError(400, `The Idempotency-Key header ${wrongKey.message}.`, { errors: [wrongKey] });
  }
  return { key: key ?? "", order: result.data };
}
