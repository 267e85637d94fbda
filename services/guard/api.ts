import { type Context, Hono } from "hono";
import { z } from "zod";
import { readBody, refuseBody } from "../kit/http/api.ts";
import type { KitEnv } from "../kit/http/app.ts";
import { ProblemError } from "../kit/http/problem.ts";
import { type Colleagues, FORWARDED } from "./colleagues.ts";
import { laptopRoutes } from "./laptop-routes.ts";
import { ArcError } from "./moves/arc.ts";
import type { PlatformShift, Shifts } from "./moves/shifts.ts";
import { type ApiArgs, auditor, zoneOf } from "./operations.ts";
import { zonesView } from "./zones-view.ts";

const BASE = "/api/operations";
const NO_ARC = "There is no ARC where this stack runs; a zone can't be shifted away.";

const StartShift = z.strictObject({
  zone: z.string().min(1),
  expiresIn: z
    .string()
    .regex(/^[1-9][0-9]{0,3}[mh]$/, { error: "must be minutes or hours, such as 30m or 2h" }),
  comment: z.string().trim().min(1).max(128),
});

/** What operators see and do. The gateway lets nobody else here. */
export function operationsApi(args: ApiArgs): Hono<KitEnv> {
  const app = new Hono<KitEnv>();
  const { watch, shifts, decisions, environment } = args;
  const audit = auditor(args);
  // What clients of the platform use is described there; operators' paths are in docs/guard.md.
  app.get("/openapi.json", (c) =>
    c.json({ openapi: "3.1.0", info: { title: "Trizone guard", version: "1" }, paths: {} }),
  );
  app.use(`${BASE}/*`, forward(args.colleagues));

  app.get(`${BASE}/zones`, (c) => c.json(zonesView(args)));
  app.get(`${BASE}/zones/history`, (c) => c.json(watch.history.series(numberOf(c, "seconds", 300, 900))));
  app.get(`${BASE}/guard`, (c) => c.json(guardView(args)));
  app.get(`${BASE}/decisions`, (c) =>
    c.json(decisions.page(numberOf(c, "limit", 50, 200), c.req.query("before"))),
  );
  app.get(`${BASE}/shifts`, async (c) => c.json({ shifts: await listed(shifts) }));
  app.post(`${BASE}/shifts`, async (c) => {
    const { zone, expiresIn, comment } = await readBody(c, StartShift, (error) => {
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
  app.delete(`${BASE}/shifts/:id`, async (c) => {
    if (!shifts) throw new ProblemError(501, NO_ARC);
    const found = (await listed(shifts)).find(({ id }) => id === c.req.param("id"));
    if (!found) throw new ProblemError(404, "There is no such shift.");
    if (found.status !== "ACTIVE") throw new ProblemError(409, "The shift has ended already.");
    await throughArc(async () => {
      await shifts.refresh(0);
      await shifts.cancel(found.zone);
    });
    audit(c, found.zone, "cancel", `Cancelled the shift: ${found.comment}`);
    return c.json({ shifts: await listed(shifts) });
  });
  app.route(BASE, laptopRoutes({ environment, audit, zones: () => zonesView(args) }));
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

function guardView({ watch, actor, environment, source, shifts }: ApiArgs) {
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

/** A whole number of the query. @throws ProblemError 400 */
function numberOf(c: Context<KitEnv>, name: string, usual: number, most: number): number {
  const text = c.req.query(name);
  if (text === undefined) return usual;
  if (/^[1-9][0-9]{0,5}$/.test(text) && Number(text) <= most) return Number(text);
  const errors = [{ field: name, message: `must be a whole number from 1 to ${most}` }];
  throw new ProblemError(400, "The request's parameters are not valid.", { errors });
}
