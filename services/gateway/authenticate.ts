import type { MiddlewareHandler } from "hono";
import { type KitEnv, setHeader } from "../kit/http/app.ts";
import type { UserLimits } from "../kit/http/user-limits.ts";
import { type Identity, type Tokens, unauthorized } from "./tokens.ts";

const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i;

/** What handlers have behind `authenticate`: who calls. */
export interface GatewayEnv extends KitEnv {
  Variables: KitEnv["Variables"] & { identity: Identity };
}

/** Middleware: lets requests pass that carry a valid access token, within their user's limit. */
export function authenticate(tokens: Tokens, limits: UserLimits): MiddlewareHandler {
  return async (c, next) => {
    const identity = await tokens.identify(bearerToken(c.req.header("authorization")));
    c.set("identity", identity);
    const headers = limits.take(identity.id, c.get("call").startedAt);
    for (const [name, value] of Object.entries(headers)) setHeader(c, name, value);
    await next();
  };
}

/** @throws ProblemError 401 */
export function bearerToken(authorization: string | undefined): string {
  if (!authorization) throw unauthorized("This needs an access token in the Authorization header.");
  const token = BEARER.exec(authorization)?.[1];
  if (!token) throw unauthorized("The Authorization header is not `Bearer` and an access token.", true);
  return token;
}

/** The identity as services get it. */
export function identityHeaders(identity: Identity): Record<string, string> {
  return { "x-user-id": identity.id, "x-user-name": identity.encodedName };
}
