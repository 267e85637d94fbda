import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { methodNotAllowed } from "hono/method-not-allowed";
import { routePath } from "hono/route";
import type { Pod } from "./pod.ts";
import { ProblemError, problemResponse } from "./problem.ts";
import { requestIdOf } from "./request-id.ts";

/** What kit gives to each handler: `c.get("requestId")`, and Node's request and response in `c.env`. */
export interface KitEnv {
  Bindings: HttpBindings;
  Variables: { requestId: string };
}

const SLOW_MS = 1000;
const CLIENT_CLOSED_REQUEST = 499;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** A Hono app that answers every failure with problem details, counts and times requests, and obeys faults. */
export function createApp(pod: Pod): Hono<KitEnv> {
  const app = new Hono<KitEnv>();
  app.use(async (c, next) => {
    const started = performance.now();
    const { incoming, outgoing } = c.env;
    const requestId = requestIdOf(incoming);
    c.set("requestId", requestId);
    // On Node's response: a handler may write that itself, and it costs less than the headers of Hono's.
    outgoing.setHeader("x-request-id", requestId);
    await next();
    observe(pod, c, performance.now() - started);
  });
  app.use(methodNotAllowed({ app, onMethodNotAllowed: notAllowed }));
  app.use(async (c, next) => {
    if (pod.chaos.current()) await pod.chaos.apply(c.req.path, c.req.raw.signal);
    await next();
  });
  app.notFound((c) => problemResponse(new ProblemError(404, "There is nothing at this path."), c.req.path));
  app.onError((error, c) => {
    const problem = asProblem(error, c.req.raw.signal);
    if (problem.status >= 500) {
      pod.log.warn({ requestId: c.get("requestId"), path: c.req.path, err: error }, "request failed");
    }
    return problemResponse(problem, c.req.path);
  });
  return app;
}

function notAllowed(c: Context, methods: string[]): Response {
  const allow = methods.join(", ");
  const detail = `${c.req.method} is not supported here; use ${allow}.`;
  return problemResponse(new ProblemError(405, detail, { headers: { allow } }), c.req.path);
}

/** Internal errors keep their text to the log: it may hold SQL or addresses. */
function asProblem(error: unknown, signal: AbortSignal): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof HTTPException) {
    const field = error.status === 415 ? "content-type" : "body";
    const message =
      error.status === 415 ? "must be application/json, and say so in Content-Type" : "is not valid JSON";
    return new ProblemError(error.status, `The request's ${field} ${message}.`, {
      errors: [{ field, message }],
    });
  }
  if (signal.aborted) return new ProblemError(CLIENT_CLOSED_REQUEST, "The client went away.");
  return new ProblemError(500, "Something failed inside the service; the log of this request id says what.");
}

function observe(pod: Pod, c: Context<KitEnv>, elapsedMs: number): void {
  const { outgoing } = c.env;
  const status = outgoing.headersSent ? outgoing.statusCode : c.res.status;
  const method = METHODS.has(c.req.method) ? c.req.method : "OTHER";
  pod.metrics.requests.observe(method, routePath(c), status, elapsedMs / 1000);
  const noteworthy = status >= 500 || elapsedMs > SLOW_MS;
  if (!noteworthy && !pod.log.isLevelEnabled("debug")) return;
  const requestId = c.get("requestId");
  const entry = { requestId, method, path: c.req.path, status, ms: Math.round(elapsedMs) };
  if (noteworthy) pod.log.info(entry, "request");
  else pod.log.debug(entry, "request");
}
