import { type Context, Hono } from "hono";
import { proxy } from "../kit/client/proxy.ts";
import type { Upstream } from "../kit/client/upstream.ts";
import { isBelow } from "../kit/http/app.ts";
import { ProblemError } from "../kit/http/problem.ts";
import { traceHeaders } from "../kit/telemetry/trace.ts";
import { type GatewayEnv, identityHeaders } from "./authenticate.ts";
import { OrderGroups } from "./order-groups.ts";
import type { Service } from "./services.ts";

/** Must not be passed on: services rely on the identity headers, and a token in their reach could only leak. */
const TOKEN_HEADERS = new Set(["authorization", "cookie"]);

/** The paths of a service, for callers whom `authenticate` let pass: each request goes on to the service. @param zone this pod's */
export function routesTo({ name, paths, upstream }: Service, zone: string): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  if (name === "trading" && upstream) placeOrders(app, upstream, zone);
  for (const path of paths) {
    app.on("ALL", [path, `${path}/*`], (c) => {
      if (!upstream) throw new ProblemError(404, `This deployment has no service "${name}".`);
      return passOn(c, path, upstream, zone);
    });
  }
  return app;
}

/** `POST /api/orders`, which is most of what there is: those that come together are passed on together. */
function placeOrders(app: Hono<GatewayEnv>, upstream: Upstream, zone: string): void {
  const groups = new OrderGroups(upstream);
  const path = "/api/orders";
  app.post(path, async (c) => {
    const { requestId, trace, path: written } = c.get("call");
    if (!isBelow(written, path)) return c.notFound();
    const { traceparent, tracestate } = traceHeaders(trace);
    const body = await c.req.text();
    const answer = await groups.place({
      userId: c.get("identity").id,
      idempotencyKey: c.req.header("idempotency-key"),
      contentType: c.req.header("content-type"),
      body,
      requestId,
      traceparent,
      tracestate,
    });
    if (!answer) return passOn(c, path, upstream, zone, body);
    const { status, headers } = answer.reply;
    const sent = { ...headers, "x-zone": answer.zone, "x-zone-path": `${zone}>${answer.zone}` };
    return new Response(answer.reply.body, { status, headers: sent });
  });
}

function passOn(
  c: Context<GatewayEnv>,
  path: string,
  upstream: Upstream,
  zone: string,
  body?: string,
): Promise<Response> {
  return proxy(c, path, {
    upstream,
    zone,
    drop: TOKEN_HEADERS,
    add: identityHeaders(c.get("identity")),
    body,
  });
}
