import { Hono } from "hono";
import { z } from "zod";
import type { Database } from "../kit/database/index.ts";
import { readInternal } from "../kit/http/api.ts";
import type { KitEnv } from "../kit/http/app.ts";
import { ProblemError } from "../kit/http/problem.ts";
import type { Logger } from "../kit/telemetry/index.ts";
import { isUuid } from "../kit/uuid.ts";
import { EventBatch, HoldingReservation } from "../market/index.ts";
import { applyEvents, storedPosition } from "./feed.ts";
import type { Reservations } from "./reservations.ts";

const Batch = z.object({ items: z.array(HoldingReservation).max(500) });

/** The API for `trading`, described in docs/orders.md; network policies admit no other caller. */
export function internalApi(database: Database, reservations: Reservations, log: Logger): Hono<KitEnv> {
  const app = new Hono<KitEnv>();

  app.post("/internal/reservations", async (c) => {
    const { items } = await readInternal(c, Batch);
    return c.json({ results: items.length > 0 ? await reservations.reserve(items) : [] });
  });

  app.post("/internal/events", async (c) => {
    const { applied, position, suspense } = await applyEvents(database, await readInternal(c, EventBatch));
    for (const { orderId, fill } of suspense) {
      log.error({ orderId, fill: fill?.id }, "a sell that no reservation covers was put into suspense");
    }
    return c.json({ position }, applied ? 200 : 409);
  });

  app.get("/internal/reservations/:id", async (c) => {
    const id = c.req.param("id");
    if (!isUuid(id)) throw new ProblemError(404, "This is not an order's id.");
    const [reservation, position] = await Promise.all([reservations.find(id), storedPosition(database)]);
    return c.json({ reservation: reservation ?? null, position });
  });
  return app;
}
