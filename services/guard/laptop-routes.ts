import { Hono } from "hono";
import { z } from "zod";
import { readBody, refuseBody } from "../kit/http/api.ts";
import type { KitEnv } from "../kit/http/app.ts";
import { ProblemError } from "../kit/http/problem.ts";
import type { GuardEnvironment } from "./environment.ts";
import { Laptop } from "./laptop.ts";
import { type Audit, zoneOf } from "./operations.ts";

const Fault = z.strictObject({
  action: z.enum(["kill", "freeze", "slow", "errors", "cut", "heal"]),
  ms: z.number().int().min(1).max(60_000).optional(),
  share: z.number().gt(0).max(1).optional(),
  service: z.string().min(1).max(63).optional(),
  pod: z.string().min(1).max(253).optional(),
});

const Drill = z.strictObject({
  scenario: z.string().min(1).max(63),
  zone: z.string().min(1).optional(),
  rate: z.number().positive().max(10_000).optional(),
  seed: z.number().int().optional(),
});

interface LaptopRoutesArgs {
  environment: GuardEnvironment;
  audit: Audit;
  /** What is answered once a fault is in force. */
  zones(): object;
}

/** What only a laptop's supervisor can do: faults, the database's failover, drills. Elsewhere they answer 501. */
export function laptopRoutes({ environment, audit, zones }: LaptopRoutesArgs): Hono<KitEnv> {
  const app = new Hono<KitEnv>();
  const known = Laptop.of(environment.SIGNALS_URL);
  const laptop = () => {
    if (known) return known;
    throw new ProblemError(501, "This is possible only on a laptop.");
  };

  app.post("/zones/:zone/faults", async (c) => {
    const supervisor = laptop();
    const zone = zoneOf(environment, c.req.param("zone"));
    const { action, ...size } = await readBody(c, Fault, (error) => {
      if (error) refuseBody("The fault is not valid.", error);
    });
    await supervisor.call("POST", `/zones/${encodeURIComponent(zone)}/${action}`, size);
    audit(c, zone, action, `${action} ${JSON.stringify(size)}`);
    return c.json(zones());
  });
  app.post("/database/failover", async (c) => {
    const { body } = await laptop().call("POST", "/database/failover");
    audit(c, null, "failover", "failed the database over");
    return c.json(body as object, 202);
  });
  app.get("/drills", async (c) => c.json((await laptop().call("GET", "/drills")).body as object));
  app.get("/drills/:id", async (c) => {
    const { body } = await laptop().call("GET", `/drills/${encodeURIComponent(c.req.param("id"))}`);
    return c.json(body as object);
  });
  app.post("/drills", async (c) => {
    const supervisor = laptop();
    const drill = await readBody(c, Drill, (error) => {
      if (error) refuseBody("The drill is not valid.", error);
    });
    const zone = drill.zone === undefined ? undefined : zoneOf(environment, drill.zone);
    const { body } = await supervisor.call("POST", "/drills", { ...drill, ...(zone && { zone }) });
    audit(c, zone ?? null, "drill", `started drill ${drill.scenario}`);
    return c.json(body as object, 202);
  });
  return app;
}
