import { Hono } from "hono";
import { Counter } from "prom-client";
import { readInternal } from "../../kit/http/api.ts";
import type { KitEnv } from "../../kit/http/app.ts";
import { ProblemError } from "../../kit/http/problem.ts";
import type { Pod } from "../../kit/pod.ts";
import { isUuid } from "../../kit/uuid.ts";
import { EventBatch } from "../../market/index.ts";
import type { AccountHolders } from "../account-holders/store.ts";
import type { Reservations } from "./reservations.ts";
import { ReservationBatch } from "./reservations.ts";

/** The API for other services and operators, described in docs/orders.md; the gateway never routes to it. */
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
        "fills cost more than their orders had reserved; the broker's own account paid the rest",
      );
    }
    return c.json({ position });
  });

  app.get("/internal/reservations/:id", async (c) => {
    const id = c.req.param("id").toLowerCase();
    const report = isUuid(id) ? await reservations.report(id) : undefined;
    if (!report) throw new ProblemError(404, "Nothing was reserved or booked for an order of this id.");
    return c.json(report);
  });

  // Call it again with ?after=<next> until `next` is null. If none failed, a retired key can be deleted.
  app.post("/internal/account-holders/rewrap", async (c) =>
    c.json(await holders.rewrap(c.req.query("after") ?? "")),
  );

  return app;
}

/** Counts what orders do to cash; never who or how much. */
function reservationMetrics(pod: Pod) {
  const registers = [pod.metrics.registry];
  return {
    reservations: new Counter({
      name: "cash_reservations_total",
      help: "Reservations asked for, by outcome",
      labelNames: ["outcome"] as const,
      registers,
    }),
    events: new Counter({ name: "cash_events_total", help: "Events of orders applied", registers }),
    uncovered: new Counter({
      name: "cash_uncovered_fills_total",
      help: "Fills of which the broker paid a part, as no reservation covered it: should stay 0",
      registers,
    }),
  };
}
