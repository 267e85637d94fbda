import type { MiddlewareHandler } from "hono";
import type { KitEnv } from "../kit/app.ts";
import type { TokenCache } from "./token-cache.ts";
import { type Identity, unauthorized } from "./tokens.ts";

declare module "hono" {
  interface ContextVariableMap {
    identity: Identity;
  }
}

const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i;

/** Middleware: lets requests pass that carry a valid access token, and sets `identity`. */
export function authenticate(tokens: TokenCache): MiddlewareHandler<KitEnv> {
  return async (c, next) => {
    const token = bearerToken(c.env.incoming.headers.authorization);
    c.set("identity", tokens.known(token) ?? (await tokens.identify(token)));
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
