import { HTTPException } from "hono/http-exception";
import { API_BODY_LIMIT, readBody } from "../kit/body-limit.ts";
import type { DirectRoute } from "../kit/direct.ts";
import { idempotencyKeyProblem } from "../kit/idempotency-key.ts";
import { ProblemError } from "../kit/problem.ts";
import { userIn } from "../kit/user.ts";
import { fieldErrors } from "../kit/validation.ts";
import { NewOrder } from "./order.ts";
import type { Placed } from "./place.ts";
import { placedView } from "./view.ts";

export interface PlaceRouteArgs {
  place(userId: string, key: string, order: NewOrder): Promise<Placed>;
  /** This pod's, which each answer names. */
  zone: string;
}

/** JSON, with or without parameters such as the charset. */
const JSON_TYPE = /^application\/([a-z.-]+\+)?json(;\s*[a-z\d-]+=[^;]+)*$/i;

/**
 * `POST /api/orders` on Node's own objects. It is what there is most of, and a framework's request, response and
 * validators for it took a third of this service's time.
 */
export function placeRoute({ place, zone }: PlaceRouteArgs): DirectRoute {
  return {
    path: "/api/orders",
    only: "POST",
    async handle({ incoming, outgoing, requestId }) {
      const { headers } = incoming;
      const body = bodyOf(headers["content-type"], await readBody(incoming, API_BODY_LIMIT));
      const key = headers["idempotency-key"];
      const given = checked(body, typeof key === "string" ? key : undefined);
      const { order, replayed } = await place(userIn(headers), given.key, given.order);
      const text = JSON.stringify(placedView(order));
      const list = [
        ...["x-zone", zone, "x-request-id", requestId],
        ...["location", `/api/orders/${order.id}`, "content-type", "application/json"],
        ...["content-length", String(Buffer.byteLength(text))],
      ];
      if (replayed) list.push("idempotency-replayed", "true");
      outgoing.writeHead(201, list);
      outgoing.end(text);
    },
  };
}

/** @throws HTTPException 415 when it isn't said to be JSON, 400 when it isn't JSON */
function bodyOf(type: string | undefined, bytes: Buffer | undefined): unknown {
  // Nothing at all is no order: what it lacks is told.
  if (!type && !bytes) return {};
  if (!type || !JSON_TYPE.test(type)) throw new HTTPException(415);
  try {
    return JSON.parse(bytes?.toString() ?? "");
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
