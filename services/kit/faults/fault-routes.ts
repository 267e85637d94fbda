import type { Hono } from "hono";
import { readInternal } from "../http/api.ts";
import { ProblemError } from "../http/problem.ts";
import type { Pod } from "../pod.ts";
import { Fault } from "./chaos.ts";

/**
 * `/chaos` holds one fault: PUT replaces whatever there is, GET returns the newest or null, DELETE ends all.
 * `/chaos/faults` holds several: POST adds one and returns its id, GET lists them, DELETE `/chaos/faults/{id}` ends one.
 */
export function addFaultRoutes(app: Hono, pod: Pod): void {
  const { chaos, log } = pod;
  app.get("/chaos", (c) => {
    const newest = chaos.list().at(-1);
    if (!newest) return c.json(null);
    const { id: _, ...fault } = newest;
    return c.json(fault);
  });
  app.put("/chaos", async (c) => {
    const fault = await readInternal(c, Fault, "fault");
    chaos.clear();
    chaos.add(fault);
    log.warn({ fault }, "fault injected");
    return c.json(fault);
  });
  app.delete("/chaos", (c) => {
    chaos.clear();
    log.info("faults removed");
    return c.body(null, 204);
  });

  app.get("/chaos/faults", (c) => c.json({ items: chaos.list() }));
  app.post("/chaos/faults", async (c) => {
    const fault = chaos.add(await readInternal(c, Fault, "fault"));
    log.warn({ fault }, "fault injected");
    return c.json(fault, 201, { location: `/chaos/faults/${fault.id}` });
  });
  app.delete("/chaos/faults/:id", (c) => {
    if (!chaos.remove(Number(c.req.param("id")))) throw new ProblemError(404, "There is no such fault.");
    log.info({ id: c.req.param("id") }, "fault removed");
    return c.body(null, 204);
  });
}
