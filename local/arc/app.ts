/**
 * Stands in for Amazon Application Recovery Controller's zonal shift API (rest-json, version 2022-10-30), for a real
 * AWS SDK client or a raw request.
 *
 * Left out: there is one key and no IAM; practice runs, autoshifts and observer
 * notifications are not served, and answer UnknownOperationException (404) with the operation's name, which an SDK
 * shows as it is and doesn't retry; no capacity is checked, which AWS doesn't do for a manual shift either.
 */
import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { refusalOf } from "../addresses.ts";
import { ArcError, invalid } from "./errors.ts";
import {
  checked,
  jsonBody,
  ListResourcesInput,
  ListShiftsInput,
  page,
  ResourceId,
  ShiftId,
  StartInput,
  UpdateInput,
} from "./input.ts";
import { statusOf, type ZonalShift } from "./shift.ts";
import { claimOf, verify, type WireRequest } from "./signature.ts";
import type { ZonalShifts } from "./store.ts";
import { wireResource, wireResourceSummary, wireShift } from "./wire.ts";

const maxBody = 16 * 1024;

type Env = { Bindings: HttpBindings | undefined };

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
    return c.json({
      items: items.map((shift) => ({ ...answer(shift), shiftType: "ZONAL_SHIFT" })),
      nextToken,
    });
  });
  app.get("/managedresources", (c) => {
    const request = checked(ListResourcesInput, c.req.query());
    const sorted = [...shifts.resources.values()].sort((a, b) => (a.arn < b.arn ? -1 : 1));
    const { items, nextToken } = page(sorted, ({ arn }) => arn, 1, request);
    return c.json({ items: items.map((resource) => wireResourceSummary(resource, shifts)), nextToken });
  });
  app.get("/managedresources/:resourceIdentifier", (c) => {
    const { resourceIdentifier } = checked(ResourceId, c.req.param());
    return c.json(wireResource(shifts.resource(resourceIdentifier), shifts));
  });

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

/** Operations of the API that the stand-in doesn't serve. */
const operations: [method: string, path: RegExp, name: string][] = [
  ["PUT", /^\/managedresources\/[^/]+$/, "UpdateZonalAutoshiftConfiguration"],
  ["GET", /^\/autoshifts$/, "ListAutoshifts"],
  ["POST", /^\/configuration$/, "CreatePracticeRunConfiguration"],
  ["PATCH", /^\/configuration\/[^/]+$/, "UpdatePracticeRunConfiguration"],
  ["DELETE", /^\/configuration\/[^/]+$/, "DeletePracticeRunConfiguration"],
  ["POST", /^\/practiceruns$/, "StartPracticeRun"],
  ["DELETE", /^\/practiceruns\/[^/]+$/, "CancelPracticeRun"],
  ["GET", /^\/autoshift-observer-notification$/, "GetAutoshiftObserverNotificationStatus"],
  ["PUT", /^\/autoshift-observer-notification$/, "UpdateAutoshiftObserverNotificationStatus"],
];

/** The answer to a request that no route took. */
function unserved(method: string, path: string): ArcError {
  const operation = operations.find(([verb, pattern]) => verb === method && pattern.test(path));
  const message = operation
    ? `The local stand-in for ARC does not serve ${operation[2]}; it can only be tried on AWS`
    : `ARC's zonal shift API has no operation ${method} ${path}; an ARN in a path is percent-encoded, slashes too`;
  return new ArcError("UnknownOperationException", message);
}
