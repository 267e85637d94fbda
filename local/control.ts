import { randomBytes, timingSafeEqual } from "node:crypto";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { z } from "zod";
import type { Status } from "./status.ts";

/** The faults that a zone can be given. */
export const ZoneAction = z.enum(["kill", "freeze", "slow", "errors", "cut", "heal"]);
export type ZoneAction = z.infer<typeof ZoneAction>;

/** How much of a fault: added latency in milliseconds, or the share of requests that fail (0–1). */
export const FaultSize = z.strictObject({
  ms: z.number().int().min(1).max(60_000).optional(),
  share: z.number().gt(0).max(1).optional(),
});
export type FaultSize = z.infer<typeof FaultSize>;

/** What the control API does; the platform gives it. */
export interface Controls {
  status(): Status;
  /** Throws for a zone that it doesn't know. */
  fault(zone: string, action: ZoneAction, size: FaultSize): Promise<void>;
  stop(): void;
}

/** The loopback API through which the `trizone` command talks to the supervisor; every call needs the bearer token. */
export async function serveControl(
  controls: Controls,
): Promise<{ url: string; token: string; close(): void }> {
  const token = randomBytes(24).toString("base64url");
  const app = controlApp(controls, token);
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
      resolve({ url: `http://127.0.0.1:${port}`, token, close: () => server.close() }),
    );
  });
}

function controlApp(controls: Controls, token: string): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    if (!same(c.req.header("authorization") ?? "", `Bearer ${token}`))
      return c.json({ detail: "wrong token" }, 401);
    return next();
  });
  app.onError((error, c) => c.json({ detail: error.message }, 400));
  app.get("/status", (c) => c.json(controls.status()));
  app.post("/zones/:zone/:action", async (c) => {
    const action = ZoneAction.parse(c.req.param("action"));
    await controls.fault(c.req.param("zone"), action, FaultSize.parse(await c.req.json()));
    return c.json(controls.status());
  });
  app.post("/stop", (c) => {
    controls.stop();
    return c.json({}, 202);
  });
  return app;
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
