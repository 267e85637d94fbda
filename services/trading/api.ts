import type { OpenAPIHono } from "@hono/zod-openapi";
import { createApi } from "../kit/api.ts";
import type { KitEnv } from "../kit/app.ts";
import { decodeCursor, encodeCursor } from "../kit/cursor.ts";
import { ProblemError } from "../kit/problem.ts";
import { userOf } from "../kit/user.ts";
import { fieldErrors } from "../kit/validation.ts";
import { keyProblem } from "./idempotency.ts";
import type { OrderStore } from "./order-store.ts";
import { getOrder, listOrders, placeOrder } from "./routes.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The orders API. */
export function ordersApi(store: OrderStore): OpenAPIHono<KitEnv> {
  const app = createApi();

  app.openapi(
    placeOrder,
    async (c) => {
      const userId = userOf(c);
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
    const userId = userOf(c);
    const { id } = c.req.valid("param");
    const order = UUID.test(id) ? await store.find(userId, id) : undefined;
    if (!order) throw new ProblemError(404, "You have no order of this id.");
    return c.json(order, 200);
  });

  app.openapi(listOrders, async (c) => {
    const userId = userOf(c);
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
