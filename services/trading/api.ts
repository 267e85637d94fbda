import type { OpenAPIHono } from "@hono/zod-openapi";
import { createApi } from "../kit/http/api.ts";
import type { KitEnv } from "../kit/http/app.ts";
import { ProblemError } from "../kit/http/problem.ts";
import { userOf } from "../kit/http/user.ts";
import { isUuid } from "../kit/uuid.ts";
import { cancelOrder, getHistory, getOrder, listOrders, placeOrder } from "./routes.ts";
import { isEnd } from "./saga/state.ts";
import type { OrderNow, OrderReader } from "./store/order-reader.ts";
import { decodeCursor, encodeCursor } from "./store/order-reader.ts";
import { historyView, orderView } from "./view.ts";

export interface OrdersArgs {
  reader: OrderReader;
  /** A cancellation was stored for the pod that owns the order's shard, which may be this one. */
  onCancel(): void;
}

/** The API of orders: read, list and cancel. */
export function ordersApi({ reader, onCancel }: OrdersArgs): OpenAPIHono<KitEnv> {
  const app = createApi();

  /** @throws ProblemError 404 for no order, and for another's */
  const find = async (userId: string, id: string): Promise<OrderNow> => {
    const found = isUuid(id) ? await reader.find(userId, id) : undefined;
    if (!found) throw new ProblemError(404, "You have no order of this id.");
    return found;
  };

  // Answered by `placeRoutes`.
  app.openAPIRegistry.registerPath(placeOrder);

  app.openapi(getOrder, async (c) => c.json(orderView(await find(userOf(c), c.req.valid("param").id)), 200));

  app.openapi(getHistory, async (c) => {
    const { order } = await find(userOf(c), c.req.valid("param").id);
    return c.json(historyView(await reader.events(order)), 200);
  });

  app.openapi(cancelOrder, async (c) => {
    const found = await find(userOf(c), c.req.valid("param").id);
    const { status } = orderView(found);
    if (isEnd(status)) throw new ProblemError(409, `The order is ${status} already.`);
    await reader.askToCancel(found.order);
    onCancel();
    return c.json(orderView(found), 202);
  });

  app.openapi(listOrders, async (c) => {
    const userId = userOf(c);
    const { cursor, ...filter } = c.req.valid("query");
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    if (cursor !== undefined && !after) {
      const errors = [{ field: "cursor", message: "must be a nextCursor of an earlier page" }];
      throw new ProblemError(400, "The cursor is not valid.", { errors });
    }
    const { orders, next } = await reader.list(userId, { ...filter, after });
    return c.json({ items: orders.map(orderView), nextCursor: next ? encodeCursor(next) : null }, 200);
  });

  app.doc31("/openapi.json", { openapi: "3.1.0", info: { title: "Trizone orders", version: "1" } });
  return app;
}
