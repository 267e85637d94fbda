/**
 * Stands in for Amazon Application Recovery Controller's zonal shift API (rest-json, version 2022-10-30), for a real
 * AWS SDK client or a raw request: all of its operations.
 *
 * Left out: there is one key and no IAM; FIS experiments; the balance of capacity that AWS checks before a practice run;
 * notifications to EventBridge. Autoshifts start when the supervisor is asked for one, as no telemetry of AWS's exists.
 */
import { randomUUID } from "node:crypto";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { refusalOf } from "../addresses.ts";
import { setObserver } from "./autoshifts.ts";
import { ArcError, invalid } from "./errors.ts";
import {
  checked,
  type Env,
  jsonBody,
  ListAutoshiftsInput,
  ListResourcesInput,
  ListShiftsInput,
  ObserverInput,
  page,
  ResourceId,
  ShiftId,
  StartInput,
  UpdateInput,
} from "./input.ts";
import { practiceRoutes } from "./practice-routes.ts";
import { statusOf, type ZonalShift } from "./shift.ts";
import { claimOf, verify, type WireRequest } from "./signature.ts";
import type { ZonalShifts } from "./store.ts";
import {
  autoshiftStatus,
  wireAutoshift,
  wireResource,
  wireResourceSummary,
  wireShift,
  wireShiftSummary,
} from "./wire.ts";

const maxBody = 16 * 1024;

/** ARC's zonal shift API over a store. */
export function arcApp(shifts: ZonalShifts): Hono<Env> {
  const app = new Hono<Env>();
  const answer = (shift: ZonalShift) => wireShift(shift, shifts.now());

  app.use(async (c, next) => {
    c.header("x-amzn-requestid", randomUUID());
    const refusal = refusalOf((name) => c.req.header(name));
    if (refusal) throw new ArcError("AccessDeniedException", refusal);
    claimOf(onWire(c));
    await next();
  });
  app.use(bodyLimit({ maxSize: maxBody, onError: tooLarge }));
  app.use(async (c, next) => {
    const request = onWire(c);
    verify(request, claimOf(request), Buffer.from(await c.req.raw.clone().arrayBuffer()), Date.now());
    await next();
  });

  app.post("/zonalshifts", async (c) => {
    const { resourceIdentifier, ...input } = checked(StartInput, await jsonBody(c.req.raw));
    return c.json(answer(await shifts.start({ resource: resourceIdentifier, ...input })), 201);
  });
  app.patch("/zonalshifts/:zonalShiftId", async (c) => {
    const { zonalShiftId } = checked(ShiftId, c.req.param());
    const change = checked(UpdateInput, await jsonBody(c.req.raw));
    return c.json(answer(await shifts.update(zonalShiftId, change)));
  });
  app.delete("/zonalshifts/:zonalShiftId", async (c) => {
    return c.json(answer(await shifts.cancel(checked(ShiftId, c.req.param()).zonalShiftId)));
  });
  app.get("/zonalshifts", (c) => {
    const { status, resourceIdentifier, ...request } = checked(ListShiftsInput, c.req.query());
    const wanted = shifts
      .list()
      .filter((shift) => status === undefined || statusOf(shift, shifts.now()) === status)
      .filter((shift) => resourceIdentifier === undefined || shift.resource === resourceIdentifier);
    const { items, nextToken } = page(
      wanted,
      ({ sequence }) => String(sequence).padStart(12, "0"),
      -1,
      request,
    );
    return c.json({ items: items.map((shift) => wireShiftSummary(shift, shifts.now())), nextToken });
  });
  app.get("/managedresources", (c) => {
    const request = checked(ListResourcesInput, c.req.query());
    const sorted = [...shifts.resources.values()].sort((a, b) => (a.arn < b.arn ? -1 : 1));
    const { items, nextToken } = page(sorted, ({ arn }) => arn, 1, request);
    return c.json({
      items: items.map((resource) => wireResourceSummary(resource, shifts.situation())),
      nextToken,
    });
  });
  app.get("/managedresources/:resourceIdentifier", (c) => {
    const { resourceIdentifier } = checked(ResourceId, c.req.param());
    return c.json(wireResource(shifts.resource(resourceIdentifier), shifts.situation()));
  });
  app.get("/autoshifts", (c) => {
    const { status, ...request } = checked(ListAutoshiftsInput, c.req.query());
    const wanted = shifts.situation().kept.autoshifts.filter((one) => autoshiftStatus(one) === status);
    const { items, nextToken } = page(
      wanted.reverse(),
      ({ startTime }) => String(startTime).padStart(15, "0"),
      -1,
      request,
    );
    return c.json({ items: items.map(wireAutoshift), nextToken });
  });
  app.get("/autoshift-observer-notification", (c) => c.json({ status: shifts.situation().kept.observer }));
  app.put("/autoshift-observer-notification", async (c) => {
    const { status } = checked(ObserverInput, await jsonBody(c.req.raw));
    return c.json({ status: await shifts.change(setObserver(status)) });
  });
  practiceRoutes(app, shifts);

  app.notFound((c) => refuse(unserved(c.req.method, c.req.path), c));
  app.onError((error, c) => refuse(error instanceof ArcError ? error : unexpected(error), c));
  return app;
}

/** The request as it was signed: Hono's own path is normalized. */
function onWire(c: Context<Env>): WireRequest {
  const { pathname, search } = new URL(c.req.url);
  return {
    method: c.req.method,
    target: c.env?.incoming.url ?? pathname + search,
    header: (name) => c.req.header(name),
    headerNames: Object.keys(c.req.header()),
  };
}

function tooLarge(): never {
  throw invalid(`the body must have at most ${maxBody} bytes`);
}

function unexpected(error: Error): ArcError {
  return new ArcError("InternalServerException", `The zonal shift stand-in failed: ${error.message}`);
}

function refuse(error: ArcError, c: Context) {
  c.header("x-amzn-errortype", error.name);
  return c.json({ message: error.message, ...error.detail }, error.status);
}

/** The answer to a request that no route took. */
function unserved(method: string, path: string): ArcError {
  return new ArcError(
    "UnknownOperationException",
    `ARC's zonal shift API has no operation ${method} ${path}; an ARN in a path is percent-encoded, slashes too`,
  );
}
