import { Hono } from "hono";
import { addFaultRoutes } from "../faults/fault-routes.ts";
import type { Pod } from "../pod.ts";
import { ProblemError, problemResponse } from "./problem.ts";

/** Says why the pod cannot serve now; nothing when it can. Must be quick: probes time out after 2 s. */
export type Readiness = () => string | undefined | Promise<string | undefined>;

/** Probes, metrics and faults of one pod. */
export function createAdmin(pod: Pod, ready: Readiness): Hono {
  const app = new Hono();
  app.notFound((c) => problemResponse(new ProblemError(404, "There is nothing at this path."), c.req.path));
  app.onError((error, c) => {
    if (error instanceof ProblemError) return problemResponse(error, c.req.path);
    pod.log.error({ err: error, path: c.req.path }, "admin request failed");
    return problemResponse(new ProblemError(500, "The admin request failed; see the log."), c.req.path);
  });

  // Alive means that the event loop turns: a dependency that is down is no reason to be restarted.
  app.get("/livez", (c) => c.text("ok"));
  app.get("/startupz", (c) => c.text("ok"));
  app.get("/readyz", async (c) => {
    const reason = pod.stopping ? "stopping" : await ready();
    return reason ? c.json({ ready: false, reason }, 503) : c.json({ ready: true });
  });
  app.get("/metrics", async (c) =>
    c.text(await pod.metrics.registry.metrics(), 200, { "content-type": pod.metrics.registry.contentType }),
  );

  addFaultRoutes(app, pod);
  return app;
}
