import { type Context, Hono } from "hono";
import { proxy } from "../kit/client/proxy.ts";
import { Upstream, type UpstreamArgs } from "../kit/client/upstream.ts";
import { ANALYSES } from "../kit/http/body-limit.ts";
import { decodeText } from "../kit/http/json-body.ts";
import { ProblemError } from "../kit/http/problem.ts";
import { isBelow } from "../kit/http/request-target.ts";
import { traceHeaders } from "../kit/telemetry/trace.ts";
import { type GatewayEnv, identityHeaders } from "./authenticate.ts";
import type { Flags, GatewayEnvironment } from "./environment.ts";
import { OrderGroups } from "./order-groups.ts";
import type { Identity } from "./tokens.ts";

const MODELS = "/api/models";
const OPERATIONS = "/api/operations";

/** Which service answers what: each path and all below it, where its flag is on; some of them operators only. */
const ROUTES = {
  trading: { paths: ["/api/orders", "/api/market"], flag: undefined },
  transactions: { paths: ["/api/accounts", "/api/transactions", "/api/account-holder"], flag: "cash" },
  portfolio: { paths: ["/api/portfolio"], flag: "portfolio" },
  "market-data": { paths: ["/api/quotes"], flag: "quotes" },
  news: { paths: [ANALYSES, MODELS], flag: "news" },
  guard: { paths: [OPERATIONS], flag: undefined },
} as const satisfies Record<string, { paths: readonly string[]; flag: keyof Flags | undefined }>;

/** Who is an operator is said by this group of the issuer's. */
const OPERATORS = "operators";
const FOR_OPERATORS: readonly string[] = [MODELS, OPERATIONS];

export type UpstreamName = keyof typeof ROUTES;

// Two tries fit into the time that `web` gives one of its own.
const USUAL = { tryTimeoutMs: 2000, totalTimeoutMs: 4800 };

/**
 * A batch of long texts takes seconds. It may be analysed again on another pod, which at worst is in the history twice.
 * Few are let through at once, as each may be 1 MiB that is held for a repeat.
 */
const BY_NAME: Partial<Record<UpstreamName, Partial<UpstreamArgs>>> = {
  news: { tryTimeoutMs: 10_000, totalTimeoutMs: 14_000, maxInFlight: 64, repeatsAll: true },
  // To inject a fault or to shift a zone takes some calls of others, and isn't done twice.
  guard: { tryTimeoutMs: 28_000, totalTimeoutMs: 28_000, maxInFlight: 64 },
};

/** A service behind the gateway. */
export interface Service {
  name: UpstreamName;
  paths: readonly string[];
  /** Base URL; nothing when this deployment has no such service, or its flag is off. */
  url: string | undefined;
  upstream: Upstream | undefined;
}

/** All services that the gateway knows, whether this deployment has them or not. */
export function openServices(environment: GatewayEnvironment): Service[] {
  const urls: Record<UpstreamName, string | undefined> = {
    trading: environment.TRADING_URL,
    transactions: environment.TRANSACTIONS_URL,
    portfolio: environment.PORTFOLIO_URL,
    "market-data": environment.MARKET_DATA_URL,
    news: environment.NEWS_URL,
    guard: environment.GUARD_URL,
  };
  return (Object.keys(ROUTES) as UpstreamName[]).map((name) => {
    const { paths, flag } = ROUTES[name];
    const url = !flag || environment.FEATURE_FLAGS[flag] ? urls[name] : undefined;
    const upstream = url ? new Upstream({ url, name, ...USUAL, ...BY_NAME[name] }) : undefined;
    return { name, paths, url, upstream };
  });
}

/** Must not be passed on: services rely on the identity headers, and a token in their reach could only leak. */
const TOKEN_HEADERS = new Set(["authorization", "cookie"]);

/** The paths of a service, for callers whom `authenticate` let pass: each request goes on to the service. @param zone this pod's */
export function routesTo({ name, paths, upstream }: Service, zone: string): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  if (name === "trading" && upstream) placeOrders(app, upstream, zone);
  for (const path of paths) {
    app.on("ALL", [path, `${path}/*`], (c) => {
      refuseOthers(path, c.get("identity"));
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
    const body = decodeText(await c.req.arrayBuffer());
    // What is not text is refused by the service, which says so.
    if (body === undefined) return passOn(c, path, upstream, zone);
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

/** @throws ProblemError 403 for who isn't an operator, on an operators' path */
function refuseOthers(path: string, { groups }: Identity): void {
  if (!FOR_OPERATORS.includes(path) || groups.includes(OPERATORS)) return;
  throw new ProblemError(403, `This is for members of the group ${OPERATORS}.`);
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
