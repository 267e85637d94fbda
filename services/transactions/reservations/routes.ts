import { Hono } from "hono";
import type { KitEnv } from "../../kit/http/app.ts";
import { readInternal } from "../../kit/http/internal.ts";
import { ProblemError } from "../../kit/http/problem.ts";
import type { Pod } from "../../kit/pod.ts";
import { EventBatch } from "../../market/order-events.ts";
import type { AccountHolders } from "../account-holders/store.ts";
import { reservationMetrics } from "./metrics.ts";
import type { Reservations } from "./reservations.ts";
import { ReservationBatch } from "./shapes.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What other services and operators ask for (docs/orders.md); the gateway never routes here. */
export function internalApi(reservations: Reservations, holders: AccountHolders, pod: Pod): Hono<KitEnv> {
  const app = new Hono<KitEnv>();
  const metrics = reservationMetrics(pod);

  app.post("/internal/reservations", async (c) => {
    const { items } = await readInternal(c, ReservationBatch);
    const results = items.length > 0 ? await reservations.reserve(items) : [];
    for (const { outcome } of results) metrics.reservations.inc({ outcome });
    return c.json({ results });
  });

  app.post("/internal/events", async (c) => {
    const batch = await readInternal(c, EventBatch);
    const { applied, position, uncovered } = await reservations.apply(batch);
    if (!applied) return c.json({ position }, 409);
    metrics.events.inc(batch.events.length);
    if (uncovered > 0) {
      metrics.uncovered.inc(uncovered);
      pod.log.error(
        { uncovered, position },
        "fills cost more than their orders had reserved; the house paid",
      );
    }
    return c.json({ position });
  });

  app.get("/internal/reservations/:id", async (c) => {
    const id = c.req.param("id").toLowerCase();
    const report = UUID.test(id) ? await reservations.explain(id) : undefined;
    if (!report) throw new ProblemError(404, "Nothing was reserved or booked for an order of this id.");
    return c.json(report);
  });

  // To be repeated with ?after=<next> until there is no next; when none failed, a retired key can go.
  app.post("/internal/account-holders/rewrap", async (c) =>
    c.json(await holders.rewrap(c.req.query("after") ?? "")),
  );

  return app;
}
