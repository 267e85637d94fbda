import { Hono } from "hono";
import { Fault } from "./chaos.ts";
import type { Pod } from "./pod.ts";
import { ProblemError, problemResponse } from "./problem.ts";
import { fieldErrors } from "./validation.ts";

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

  app.get("/chaos", (c) => c.json(pod.chaos.current() ?? null));
  app.put("/chaos", async (c) => {
    const fault = Fault.safeParse(await readJson(c.req.raw));
    if (!fault.success) {
      const errors = fieldErrors(fault.error.issues, "body");
      throw new ProblemError(422, "This is not a fault that can be injected.", { errors });
    }
    pod.chaos.set(fault.data);
    pod.log.warn({ fault: fault.data }, "fault injected");
    return c.json(fault.data);
  });
  app.delete("/chaos", (c) => {
    pod.chaos.set(undefined);
    pod.log.info("fault removed");
    return c.body(null, 204);
  });
  return app;
}

async function readJson(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    const errors = [{ field: "body", message: "is not valid JSON" }];
    throw new ProblemError(400, "The request's body is not valid JSON.", { errors, cause });
  }
}
