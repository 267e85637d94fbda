import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { Pod } from "../pod.ts";
import { traceOf } from "../telemetry/trace.ts";
import { type Call, endCall, failureOf, METHODS, requestIdOf } from "./call.ts";
import { admission, type Overload } from "./overload.ts";
import { ProblemError, problemResponse } from "./problem.ts";
import { isBelow, pathOf } from "./request-target.ts";

/** What each handler has: the call under way, and Node's request and response, unless it was asked by `app.request()`. */
export interface KitEnv {
  Bindings: HttpBindings | undefined;
  Variables: { call: Call };
}

export interface AppArgs {
  /** Refuses requests that the pod could only answer late. @default none is refused */
  overload?: Overload;
  /**
   * How paths begin whose requests something else bounds: they take none of the others' room, and as they take much
   * longer, say nothing of how long the others should. @default there are none
   */
  elsewhere?: string;
  /**
   * Paths whose requests hold those of many clients: while faults are injected, which each client's request is to
   * meet by itself, they are answered 404. @default none
   */
  groupPaths?: readonly string[];
  /** Whether other services ask for paths below /internal/, which overload then doesn't refuse. @default true */
  internal?: boolean;
}

/**
 * A Hono app that answers every failure with problem details, counts, times and traces requests, and obeys faults.
 * @example const response = await createApp(pod).get("/x", (c) => c.text("y")).request("/x");
 */
export function createApp(
  pod: Pod,
  { overload, elsewhere, groupPaths = [], internal = true }: AppArgs = {},
): Hono<KitEnv> {
  // Routes and all else see one path, the escaped one; by default Hono's routes would see another, with letters unescaped.
  const app = new Hono<KitEnv>({ getPath: ({ url }) => pathOf(url) });
  if (overload) app.use(admission(overload, internal, elsewhere));
  app.use(track(pod));
  app.use(async (c, next) => {
    if (pod.chaos.active) {
      if (groupPaths.includes(c.req.path))
        throw new ProblemError(404, "While faults are injected requests are taken one by one.");
      await pod.chaos.apply(c.req.path, c.req.raw.signal);
    }
    await next();
  });
  app.notFound((c) => problemResponse(nothingAt(app, c), c.req.path));
  app.onError((error, c) => {
    const call = c.get("call");
    const problem = failureOf(call, error, c.req.raw.signal.aborted);
    return problemResponse(problem, c.req.path, call.trace.traceId);
  });
  return app;
}

/**
 * Sets a header of the response, whoever makes that, where a server received the request. It goes to Node's response:
 * Hono would copy all other headers for it, twice.
 */
export function setHeader({ env }: Context<KitEnv>, name: string, value: string): void {
  env?.outgoing.setHeader(name, value);
}

function track(pod: Pod): MiddlewareHandler<KitEnv> {
  return async (c, next) => {
    const traceparent = c.req.header("traceparent");
    const tracestate = traceparent === undefined ? undefined : c.req.header("tracestate");
    const call: Call = {
      method: c.req.method,
      path: c.req.path,
      requestId: requestIdOf(c.req.header("x-request-id")),
      trace: traceOf({ traceparent, tracestate }),
      startedAt: performance.now(),
    };
    c.set("call", call);
    setHeader(c, "x-request-id", call.requestId);
    // What a user is shown is for nobody else; answers that may be kept say so themselves.
    if (isBelow(call.path, "/api")) setHeader(c, "cache-control", "no-store");
    await next();
    endCall(pod, call, routePath(c), c.res.status);
  };
}

/** 405 where other methods have a route, else 404. An upstream's 404 stays one, unlike with Hono's `methodNotAllowed`. */
function nothingAt(app: Hono<KitEnv>, { req: { method, path } }: Context): ProblemError {
  const allowed = METHODS.filter((one) => {
    const [matches] = app.router.match(one === "HEAD" ? "GET" : one, path);
    return matches.some(([[, route]]) => route.method === one || (one === "HEAD" && route.method === "GET"));
  });
  if (allowed.length === 0 || allowed.includes(method))
    return new ProblemError(404, "There is nothing at this path.");
  const allow = allowed.join(", ");
  return new ProblemError(405, `${method} is not supported here; use ${allow}.`, { headers: { allow } });
}
