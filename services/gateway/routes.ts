import type { Call } from "../kit/client/call.ts";
import { ClientGone } from "../kit/client/cancel.ts";
import { proxy } from "../kit/client/proxy.ts";
import type { Upstream } from "../kit/client/upstream.ts";
import { API_BODY_LIMIT, readBody } from "../kit/http/body-limit.ts";
import type { DirectRoute } from "../kit/http/direct.ts";
import { single } from "../kit/http/headers.ts";
import { ProblemError } from "../kit/http/problem.ts";
import { sendReply } from "../kit/http/reply.ts";
import { traceHeaders } from "../kit/telemetry/trace.ts";
import { bearerToken, identityHeaders } from "./authenticate.ts";
import { OrderGroups } from "./order-groups.ts";
import type { UserLimits } from "./rate-limit.ts";
import type { Service } from "./services.ts";
import type { TokenCache } from "./token-cache.ts";
import type { Identity } from "./tokens.ts";

/** Must not be passed on: services rely on the identity headers, and a token in their reach could only leak. */
const TOKEN_HEADERS = new Set(["authorization", "cookie"]);

/** What routes share. */
export interface GatewayContext {
  tokens: TokenCache;
  limits: UserLimits;
  /** This pod's. */
  zone: string;
}

/** A request that was let in. */
interface Admitted {
  upstream: Upstream;
  identity: Identity;
  /** Response headers that tell of the caller's limit. */
  respond: Record<string, string>;
  body: Buffer | undefined;
}

/** The paths of a service: each request is its caller's, within the caller's limit, and passed on. */
export function routesTo(service: Service, context: GatewayContext): DirectRoute[] {
  const { name, paths, upstream } = service;
  const each = paths.map((path) => ({
    path,
    handle: async (call: Call) => passOn(call, await admit(call, service, context), context),
  }));
  return name === "trading" && upstream
    ? [placeOrders(service, new OrderGroups(upstream), context), ...each]
    : each;
}

/** `POST /api/orders`, which is most of what there is: those that come together are passed on together. */
function placeOrders(service: Service, groups: OrderGroups, context: GatewayContext): DirectRoute {
  return {
    path: "/api/orders",
    only: "POST",
    handle: async (call) => {
      const admitted = await admit(call, service, context);
      const { identity, respond, body } = admitted;
      const { outgoing, requestId, trace } = call;
      const { "idempotency-key": key, "content-type": contentType } = call.incoming.headers;
      const { traceparent, tracestate } = traceHeaders(trace);
      const answer = await groups.place({
        userId: identity.id,
        idempotencyKey: single(key),
        contentType,
        body: body?.toString(),
        requestId,
        traceparent,
        tracestate,
      });
      if (!answer) return passOn(call, admitted, context);
      if (outgoing.closed) throw new ClientGone(outgoing).reason;
      const { zone, reply } = answer;
      reply.headers.push("x-zone-path", `${context.zone}>${zone}`);
      for (const name in respond) reply.headers.push(name, respond[name] ?? "");
      sendReply(outgoing, reply, zone, requestId);
    },
  };
}

async function admit(
  call: Call,
  { name, upstream }: Service,
  { tokens, limits }: GatewayContext,
): Promise<Admitted> {
  const token = bearerToken(call.incoming.headers.authorization);
  const identity = tokens.known(token) ?? (await tokens.identify(token));
  const respond = limits.take(identity.id, call.startedAt);
  if (!upstream) throw new ProblemError(404, `This deployment has no service "${name}".`);
  const body = await readBody(call.incoming, API_BODY_LIMIT);
  return { upstream, identity, respond, body };
}

function passOn(
  call: Call,
  { upstream, identity, respond, body }: Admitted,
  { zone }: GatewayContext,
): Promise<void> {
  return proxy(call, { upstream, zone, body, drop: TOKEN_HEADERS, add: identityHeaders(identity), respond });
}
