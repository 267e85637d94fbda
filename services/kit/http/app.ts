import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { routePath } from "hono/route";
import { beginCall, type Call, endCall } from "../client/call.ts";
import { ClientGone } from "../client/cancel.ts";
import { failureOf } from "../client/failure.ts";
import type { Pod } from "../pod.ts";
import { ProblemError, problemResponse } from "./problem.ts";

/** What kit gives to each handler: `c.get("requestId")`, the call, and Node's request and response in `c.env`. */
export interface KitEnv {
  Bindings: HttpBindings;
  Variables: { requestId: string; call: Call };
}

/** A Hono app that answers every failure with problem details, counts and times requests, and obeys faults. */
export function createApp(pod: Pod): Hono<KitEnv> {
  const app = new Hono<KitEnv>();
  app.use(async (c, next) => {
    const { incoming, outgoing } = c.env;
    // Normalized, and as it was encoded: decoded it may hold what ends a line of a request that is passed on.
    const call = beginCall(incoming, outgoing, pathOf(c.req.url));
    c.set("call", call);
    c.set("requestId", call.requestId);
    // On Node's response: a handler may write that itself, and it costs less than the headers of Hono's.
    outgoing.setHeader("x-request-id", call.requestId);
    await next();
    endCall(pod, call, routePath(c), outgoing.headersSent ? outgoing.statusCode : c.res.status);
  });
  app.use(methodNotAllowed({ app, onMethodNotAllowed: notAllowed }));
  app.use(async (c, next) => {
    if (pod.chaos.active) await pod.chaos.apply(c.req.path, new ClientGone(c.env.outgoing));
    await next();
  });
  app.notFound((c) => problemResponse(new ProblemError(404, "There is nothing at this path."), c.req.path));
  app.onError((error, c) => {
    const call = c.get("call");
    const problem = failureOf(pod, call, error, c.req.raw.signal.aborted);
    return problemResponse(problem, c.req.path, call.trace.traceId);
  });
  return app;
}

/** The path of a URL that was normalized. */
function pathOf(url: string): string {
  const target = url.slice(url.indexOf("/", url.indexOf("//") + 2));
  const end = target.search(/[?#]/);
  return end < 0 ? target : target.slice(0, end);
}

function notAllowed(c: Context, methods: string[]): Response {
  const allow = methods.join(", ");
  const detail = `${c.req.method} is not supported here; use ${allow}.`;
  return problemResponse(new ProblemError(405, detail, { headers: { allow } }), c.req.path);
}
