import { randomBytes, timingSafeEqual } from "node:crypto";
import { serve } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import { refusalOf } from "./addresses.ts";
import type { Drills } from "./drills.ts";
import { FaultOptions, ZoneAction } from "./faults.ts";
import { leases } from "./leases.ts";
import type { Hold } from "./pods/index.ts";
import type { Status } from "./status.ts";

/** What the control API does; the platform gives it. */
export interface Controls {
  status(): Status;
  /** Throws for a zone that it doesn't know. */
  fault(zone: string, action: ZoneAction, options: FaultOptions): Promise<void>;
  /** Replaces a service's pods in a zone, one after the other; throws where there are none. */
  restart(zone: string, service: string): void;
  /** Moves the database's primary to its standby's zone; throws where there is none. */
  failOver(): void;
  /** Does now what a CronJob of the scheduled pre-scaling does when it is due; throws where there is none. */
  preScale(name: string): void;
  /** Keeps at least so many pods for a while; throws for a service that has no autoscaler. */
  holdPods(hold: Hold): void;
  /** Starts an autoshift away from a zone, as AWS would, or ends the one that is active. */
  autoshift(zone: string | undefined): Promise<void>;
  /** Drills that are started here. */
  readonly drills?: Drills;
  stop(): void;
}

const maxBody = 16 * 1024;

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

const Restart = z.strictObject({ service: z.string().min(1) });
const HoldBody = z.strictObject({
  minimum: z.int().min(0).max(1000),
  until: z.int().min(0),
  service: z.string().min(1).optional(),
});
const Autoshift = z.strictObject({ zone: z.string().min(1) });

/** The API by itself; errors are 400 with a `detail` that says what to correct. */
export function controlApp(controls: Controls, token: string): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    const refusal = refusalOf((name) => c.req.header(name));
    if (refusal) return c.json({ detail: refusal }, 403);
    if (!same(c.req.header("authorization") ?? "", `Bearer ${token}`))
      return c.json({ detail: "wrong token" }, 401);
    return next();
  });
  const tooLarge = (c: Context) => c.json({ detail: `the body has more than ${maxBody} bytes` }, 413);
  app.use(bodyLimit({ maxSize: maxBody, onError: tooLarge }));
  app.notFound((c) => c.json({ detail: `there is no ${c.req.method} ${c.req.path}` }, 404));
  app.onError((error, c) =>
    c.json({ detail: error instanceof z.ZodError ? z.prettifyError(error) : error.message }, 400),
  );
  app.route("/", leases());
  if (controls.drills) app.route("/drills", controls.drills.routes());
  app.get("/status", (c) => c.json(controls.status()));
  app.post("/zones/:zone/restart", async (c) => {
    controls.restart(c.req.param("zone"), Restart.parse(await body(c)).service);
    return c.json(controls.status(), 202);
  });
  app.post("/zones/:zone/:action", async (c) => {
    const action = ZoneAction.parse(c.req.param("action"));
    await controls.fault(c.req.param("zone"), action, FaultOptions.parse(await body(c)));
    return c.json(controls.status());
  });
  app.post("/database/failover", (c) => {
    controls.failOver();
    return c.json(controls.status(), 202);
  });
  app.post("/pre-scaling", async (c) => {
    controls.holdPods(HoldBody.parse(await body(c)));
    return c.json(controls.status(), 202);
  });
  app.post("/pre-scaling/:name", (c) => {
    controls.preScale(c.req.param("name"));
    return c.json(controls.status(), 202);
  });
  app.post("/autoshifts", async (c) => {
    await controls.autoshift(Autoshift.parse(await body(c)).zone);
    return c.json(controls.status());
  });
  app.delete("/autoshifts", async (c) => {
    await controls.autoshift(undefined);
    return c.json(controls.status());
  });
  app.post("/stop", (c) => {
    controls.stop();
    return c.json({}, 202);
  });
  return app;
}

async function body(c: Context): Promise<unknown> {
  const text = await c.req.text();
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch (error) {
    throw new Error(`the body is not JSON: ${(error as Error).message}`);
  }
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
