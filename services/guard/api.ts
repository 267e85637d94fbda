import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import {
  bodyFailures,
  createApi,
  documentBody,
  json,
  operatorFailures,
  problem,
  readBody,
  refuseBody,
  schemaOf,
  wholeNumber,
} from "../kit/http/api.ts";
import type { KitEnv } from "../kit/http/app.ts";
import { ProblemError } from "../kit/http/problem.ts";
import { type Colleagues, FORWARDED } from "./colleagues.ts";
import { addLaptopRoutes } from "./laptop-routes.ts";
import { ArcError } from "./moves/arc.ts";
import type { PlatformShift, Shifts } from "./moves/shifts.ts";
import { type ApiArgs, auditor, zoneOf } from "./operations.ts";
import { DecisionPage, GuardNow, NewShift, ShiftList, ZonesHistory, ZonesNow } from "./schemas.ts";
import { zonesView } from "./zones-view.ts";

const BASE = "/api/operations";
const NO_ARC = "There is no ARC where this stack runs; a zone can't be shifted away.";

const path = <Path extends string>(below: Path) => `${BASE}/${below}` as const;

const getZones = createRoute({
  method: "get",
  path: path("zones"),
  summary: "The zones as they are now",
  responses: {
    200: { description: "Each zone, with its pods", content: json(ZonesNow) },
    ...operatorFailures,
  },
});

const getHistory = createRoute({
  method: "get",
  path: path("zones/history"),
  summary: "The zones' golden signals, second by second",
  request: { query: z.strictObject({ seconds: wholeNumber(300, 900) }) },
  responses: {
    200: { description: "The last seconds, the oldest first", content: json(ZonesHistory) },
    ...operatorFailures,
  },
});

const getGuard = createRoute({
  method: "get",
  path: path("guard"),
  summary: "What the guard does, and whether it sees and can act",
  responses: { 200: { description: "The guard that acts", content: json(GuardNow) }, ...operatorFailures },
});

const getDecisions = createRoute({
  method: "get",
  path: path("decisions"),
  summary: "What was decided, or done by operators, newest first",
  request: {
    query: z.strictObject({
      limit: wholeNumber(50, 200),
      before: z.string().optional().openapi({ description: "`next` of an earlier page" }),
    }),
  },
  responses: {
    200: { description: "A page, each decision with its evidence", content: json(DecisionPage) },
    ...operatorFailures,
  },
});

const arcFailures = { 502: problem("ARC does not answer, or refuses what the guard asks") };

const getShifts = createRoute({
  method: "get",
  path: path("shifts"),
  summary: "The platform's zonal shifts, newest first",
  responses: {
    200: { description: "Ended ones too", content: json(ShiftList) },
    ...operatorFailures,
    ...arcFailures,
  },
});

const changedShifts = {
  409: problem("Another zone is shifted away, or the shift has ended"),
  501: problem("There is no ARC where this stack runs"),
  ...operatorFailures,
  ...arcFailures,
};

const startShift = {
  method: "post" as const,
  path: path("shifts"),
  summary: "Move the platform's traffic away from a zone",
  responses: {
    201: { description: "Shifted", content: json(ShiftList) },
    404: problem("There is no such zone"),
    ...bodyFailures,
    422: problem("Invalid"),
    ...changedShifts,
  },
};

const cancelShift = createRoute({
  method: "delete",
  path: path("shifts/{id}"),
  summary: "End a shift",
  request: { params: z.object({ id: z.string() }) },
  responses: {
    200: { description: "Cancelled", content: json(ShiftList) },
    404: problem("There is no such shift"),
    ...changedShifts,
  },
});

/** What operators see and do. The gateway lets nobody else here. */
export function operationsApi(args: ApiArgs): OpenAPIHono<KitEnv> {
  const app = createApi("Trizone guard");
  const { watch, shifts, decisions, environment } = args;
  const audit = auditor(args);
  app.use(`${BASE}/*`, forward(args.colleagues));

  app.openapi(getZones, (c) => c.json(zonesView(args), 200));
  app.openapi(getHistory, (c) => c.json(watch.history.series(c.req.valid("query").seconds), 200));
  app.openapi(getGuard, (c) => c.json(guardView(args), 200));
  app.openapi(getDecisions, (c) => {
    const { limit, before } = c.req.valid("query");
    return c.json(decisions.page(limit, before), 200);
  });
  app.openapi(getShifts, async (c) => c.json({ shifts: await listed(shifts) }, 200));
  documentBody(app, startShift, "NewShift", schemaOf(NewShift));
  app.post(startShift.path, async (c) => {
    const { zone, expiresIn, comment } = await readBody(c, NewShift, (error) => {
      if (error) refuseBody("The shift is not valid.", error);
    });
    const name = zoneOf(environment, zone);
    if (!shifts) throw new ProblemError(501, NO_ARC);
    await throughArc(async () => {
      await shifts.refresh(0);
      const [other] = shifts.active;
      if (other)
        throw new ProblemError(409, `Zone ${other.zone} is shifted away already; cancel that first.`);
      const failed = await shifts.start(name, comment, { expiresIn, by: "operator" });
      audit(c, name, "shift", `Shifted away for ${expiresIn}: ${comment}`, failed);
    });
    return c.json({ shifts: await listed(shifts) }, 201);
  });
  app.openapi(cancelShift, async (c) => {
    if (!shifts) throw new ProblemError(501, NO_ARC);
    const { id: wanted } = c.req.valid("param");
    const found = (await listed(shifts)).find(({ id }) => id === wanted);
    if (!found) throw new ProblemError(404, "There is no such shift.");
    if (found.status !== "ACTIVE") throw new ProblemError(409, "The shift has ended already.");
    await throughArc(async () => {
      await shifts.refresh(0);
      await shifts.cancel(found.zone);
    });
    audit(c, found.zone, "cancel", `Cancelled the shift: ${found.comment}`);
    return c.json({ shifts: await listed(shifts) }, 200);
  });
  addLaptopRoutes(app, BASE, { environment, audit, zones: () => zonesView(args) });
  return app;
}

/** Has the guard that acts answer, as its decisions and its view are those that count. */
function forward(colleagues: Colleagues) {
  return async (c: Context<KitEnv>, next: () => Promise<void>) => {
    if (c.req.header(FORWARDED)) return next();
    const names = ["content-type", "x-user-id", "x-user-name", "x-request-id"];
    const headers = Object.fromEntries(
      names.flatMap((name) => {
        const value = c.req.header(name);
        return value === undefined ? [] : [[name, value] as const];
      }),
    );
    const { pathname, search } = new URL(c.req.url);
    const body = ["GET", "HEAD", "DELETE"].includes(c.req.method) ? undefined : await c.req.text();
    const answer = await colleagues.forward(c.req.method, pathname + search, headers, body);
    if (!answer) return next();
    return new Response(answer.body, { status: answer.status, headers: { "content-type": answer.type } });
  };
}

function guardView({ watch, actor, environment, source, shifts }: ApiArgs): GuardNow {
  const { snapshot, problems, sourceProblem, leaseProblem, arcProblem } = watch;
  const arc = arcProblem ?? actor.problem;
  const [shift] = shifts?.active ?? [];
  const left = problems.slice(0, 5).map(({ pod, kind, text }) => `${pod}: ${kind}, ${text}`);
  const pods = `${snapshot.readings.length} pods read`;
  return {
    mode: actor.mode,
    active: watch.active,
    zone: environment.ZONE,
    pod: environment.POD_NAME,
    source: {
      kind: source.kind,
      ok: sourceProblem === undefined,
      detail:
        sourceProblem ??
        (problems.length > 0 ? `${pods}, ${problems.length} left out: ${left.join("; ")}` : pods),
    },
    arc: shifts ? { ok: arc === undefined, detail: arc ?? "answers" } : { ok: false, detail: NO_ARC },
    lease: { ok: leaseProblem === undefined, detail: leaseProblem ?? "kept" },
    ...(shift && {
      shift: {
        zone: shift.zone,
        expiryTime: Number.isFinite(shift.expiresAt) ? new Date(shift.expiresAt * 1000).toISOString() : null,
        own: shift.own,
      },
    }),
  };
}

async function listed(shifts: Shifts | undefined): Promise<PlatformShift[]> {
  if (!shifts) return [];
  return throughArc(() => shifts.list());
}

/** @throws ProblemError with ARC's words where it refuses, 502 where it fails */
async function throughArc<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    const status = error instanceof ArcError && [400, 404, 409].includes(error.status) ? error.status : 502;
    throw new ProblemError(status, `${(error as Error).message}.`, { cause: error });
  }
}
