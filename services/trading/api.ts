import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { KitEnv } from "../kit/app.ts";
import { ProblemError } from "../kit/problem.ts";
import { fieldErrors } from "../kit/validation.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { keyProblem } from "./idempotency.ts";
import type { OrderStore } from "./order-store.ts";
import { getOrder, listOrders, placeOrder } from "./routes.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The orders API. */
export function ordersApi(store: OrderStore): OpenAPIHono<KitEnv> {
  const app = new OpenAPIHono<KitEnv>({
    defaultHook: (result) => {
      if (result.success) return;
      const errors = fieldErrors(result.error.issues, "elsewhere");
      throw new ProblemError(400, "The request's parameters are not valid.", { errors });
    },
  });

  app.openapi(
    placeOrder,
    async (c) => {
      const userId = user(c);
      const key = c.req.header("idempotency-key") ?? "";
      const { order, replayed } = await store.place(userId, key, c.req.valid("json"));
      if (replayed) c.header("idempotency-replayed", "true");
      c.header("location", `/api/orders/${order.id}`);
      return c.json(order, 201);
    },
    (result, c) => {
      const key = keyProblem(c.req.header("idempotency-key"));
      const body = result.success ? [] : fieldErrors(result.error.issues, "body");
      if (body.length > 0)
        throw new ProblemError(422, "The order is not valid.", { errors: key ? [key, ...body] : body });
      if (key) throw new ProblemError(400, `The Idempotency-Key header ${key.message}.`, { errors: [key] });
    },
  );

  app.openapi(getOrder, async (c) => {
    const userId = user(c);
    const { id } = c.req.valid("param");
    const order = UUID.test(id) ? await store.find(userId, id) : undefined;
    if (!order) throw new ProblemError(404, "You have no order of this id.");
    return c.json(order, 200);
  });

  app.openapi(listOrders, async (c) => {
    const userId = user(c);
    const { cursor, ...filter } = c.req.valid("query");
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    if (cursor !== undefined && !after) {
      const errors = [{ field: "cursor", message: "must be a nextCursor of an earlier page" }];
      throw new ProblemError(400, "The cursor is not valid.", { errors });
    }
    const { orders, next } = await store.list(userId, { ...filter, after });
    return c.json({ items: orders, nextCursor: next ? encodeCursor(next) : null }, 200);
  });

  app.doc31("/openapi.json", { openapi: "3.1.0", info: { title: "Trizone orders", version: "1" } });
  return app;
}

/** Who calls, as the gateway says; network policy lets nobody else reach this service. */
function user(c: Context): string {
  const id = c.req.header("x-user-id");
  if (id && /^[\x21-\x7e]{1,255}$/.test(id)) return id;
  throw new ProblemError(401, "The request does not say who calls; send it through the gateway.", {
    headers: { "www-authenticate": 'Bearer realm="trizone"' },
  });
}
