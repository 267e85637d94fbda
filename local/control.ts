import { randomBytes, timingSafeEqual } from "node:crypto";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { z } from "zod";
import { refusalOf } from "./addresses.ts";
import { leases } from "./leases.ts";
import type { Status } from "./status.ts";

/** What a zone's fault reaches: each part of the laptop that lives in zones. */
interface FaultTarget {
  kill?(zone: string): unknown;
  freeze?(zone: string): unknown;
  cut?(zone: string, on: boolean): unknown;
  /** Ends every fault of the zone and brings back what they ended. */
  heal?(zone: string): unknown;
  /** Latency in milliseconds and share of failing requests of the zone's pods; null for none. */
  setFault?(zone: string, fault: { latencyMs?: number; errorShare?: number } | null): unknown;
}

/** Applies a fault to all parts of a zone at once, and keeps a list of the faults that a zone has. */
export class Faults {
  readonly #targets: () => FaultTarget[];
  readonly #active = new Map<string, Map<ZoneAction, FaultSize>>();

  constructor(targets: () => FaultTarget[]) {
    this.#targets = targets;
  }

  /** Descriptions such as `slow 300 ms`, in the order in which they were given. */
  of(zone: string): string[] {
    return [...(this.#active.get(zone) ?? [])].map(([action, size]) => describe(action, size));
  }

  async apply(zone: string, action: ZoneAction, size: FaultSize): Promise<void> {
    if (action === "heal") return this.#heal(zone);
    const active = this.#active.get(zone) ?? new Map<ZoneAction, FaultSize>();
    this.#active.set(zone, active.set(action, size));
    const each = (act: (target: FaultTarget) => unknown) => Promise.all(this.#targets().map(act));
    if (action === "kill") await each((target) => target.kill?.(zone));
    if (action === "freeze") await each((target) => target.freeze?.(zone));
    if (action === "cut") await each((target) => target.cut?.(zone, true));
    if (action === "slow" || action === "errors") {
      const fault = { latencyMs: active.get("slow")?.ms, errorShare: active.get("errors")?.share };
      await each((target) => target.setFault?.(zone, fault));
    }
  }

  async #heal(zone: string): Promise<void> {
    this.#active.delete(zone);
    for (const target of this.#targets()) {
      await target.cut?.(zone, false);
      await target.heal?.(zone);
      await target.setFault?.(zone, null);
    }
  }
}

function describe(action: ZoneAction, { ms, share }: FaultSize): string {
  if (ms !== undefined) return `${action} ${ms} ms`;
  return share === undefined ? action : `${action} ${share * 100} %`;
}

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
    const refusal = refusalOf((name) => c.req.header(name));
    if (refusal) return c.json({ detail: refusal }, 403);
    if (!same(c.req.header("authorization") ?? "", `Bearer ${token}`))
      return c.json({ detail: "wrong token" }, 401);
    return next();
  });
  app.onError((error, c) => c.json({ detail: error.message }, 400));
  app.route("/", leases());
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
