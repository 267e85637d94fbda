import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import {
  bodyFailures,
  documentBody,
  json,
  operatorFailures,
  problem,
  readBody,
  refuseBody,
  schemaOf,
} from "../kit/http/api.ts";
import type { KitEnv } from "../kit/http/app.ts";
import { ProblemError } from "../kit/http/problem.ts";
import type { GuardEnvironment } from "./environment.ts";
import { Laptop } from "./laptop.ts";
import { type Audit, zoneOf } from "./operations.ts";
import { Drill, DrillList, FailoverAccepted, NewDrill, NewFault, StartedDrill, ZonesNow } from "./schemas.ts";

interface LaptopRoutesArgs {
  environment: GuardEnvironment;
  audit: Audit;
  /** What is answered once a fault is in force. */
  zones(): ZonesNow;
}

const laptopFailures = {
  501: problem("This is possible only on a laptop"),
  502: problem("The laptop's supervisor does not answer"),
  ...operatorFailures,
};

/**
 * Adds what only a laptop's supervisor can do: faults, the database's failover, drills. Elsewhere they answer 501.
 * @param base path that they are below
 */
export function addLaptopRoutes(
  app: OpenAPIHono<KitEnv>,
  base: string,
  { environment, audit, zones }: LaptopRoutesArgs,
): void {
  const laptop = () => {
    const known = Laptop.of(environment.SIGNALS_URL);
    if (known) return known;
    throw new ProblemError(501, "This is possible only on a laptop.");
  };

  const injectFault = {
    method: "post" as const,
    path: `${base}/zones/{zone}/faults`,
    summary: "Make a zone sick, or well again",
    request: { params: z.object({ zone: z.string() }) },
    responses: {
      200: { description: "In force", content: json(ZonesNow) },
      404: problem("There is no such zone"),
      409: problem("The zone is in no state for it"),
      ...bodyFailures,
      422: problem("Invalid"),
      ...laptopFailures,
    },
  };
  documentBody(app, injectFault, "NewFault", schemaOf(NewFault));
  app.post(`${base}/zones/:zone/faults`, async (c) => {
    const supervisor = laptop();
    const zone = zoneOf(environment, c.req.param("zone"));
    const { action, ...size } = await readBody(c, NewFault, (error) => {
      if (error) refuseBody("The fault is not valid.", error);
    });
    await supervisor.call("POST", `/zones/${encodeURIComponent(zone)}/${action}`, size);
    audit(c, zone, action, `${action} ${JSON.stringify(size)}`);
    return c.json(zones());
  });

  const failOver = createRoute({
    method: "post",
    path: `${base}/database/failover`,
    summary: "Have the database fail over to its standby's zone",
    responses: {
      202: { description: "It fails over", content: json(FailoverAccepted) },
      409: problem("There is no standby"),
      ...laptopFailures,
    },
  });
  app.openapi(failOver, async (c) => {
    const { body } = await laptop().call("POST", "/database/failover");
    audit(c, null, "failover", "failed the database over");
    return c.json(body as z.infer<typeof FailoverAccepted>, 202);
  });

  const listDrills = createRoute({
    method: "get",
    path: `${base}/drills`,
    summary: "The scenarios there are, and the drills so far, newest first",
    responses: { 200: { description: "Without their reports", content: json(DrillList) }, ...laptopFailures },
  });
  app.openapi(listDrills, async (c) => {
    const { body } = await laptop().call("GET", "/drills");
    return c.json(body as z.infer<typeof DrillList>, 200);
  });

  const getDrill = createRoute({
    method: "get",
    path: `${base}/drills/{id}`,
    summary: "One drill, with its report once it has ended",
    request: { params: z.object({ id: z.string() }) },
    responses: {
      200: { description: "The drill", content: json(Drill) },
      404: problem("There is no such drill"),
      ...laptopFailures,
    },
  });
  app.openapi(getDrill, async (c) => {
    const { body } = await laptop().call("GET", `/drills/${encodeURIComponent(c.req.valid("param").id)}`);
    return c.json(body as z.infer<typeof Drill>, 200);
  });

  const startDrill = {
    method: "post" as const,
    path: `${base}/drills`,
    summary: "Run a drill",
    responses: {
      202: { description: "It runs", content: json(StartedDrill) },
      404: problem("There is no such zone"),
      409: problem("A drill runs already"),
      ...bodyFailures,
      422: problem("Invalid"),
      ...laptopFailures,
    },
  };
  documentBody(app, startDrill, "NewDrill", schemaOf(NewDrill));
  app.post(startDrill.path, async (c) => {
    const supervisor = laptop();
    const drill = await readBody(c, NewDrill, (error) => {
      if (error) refuseBody("The drill is not valid.", error);
    });
    const zone = drill.zone === undefined ? undefined : zoneOf(environment, drill.zone);
    const { body } = await supervisor.call("POST", "/drills", { ...drill, ...(zone && { zone }) });
    audit(c, zone ?? null, "drill", `started drill ${drill.scenario}`);
    return c.json(body as z.infer<typeof StartedDrill>, 202);
  });
}
