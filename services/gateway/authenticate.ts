import type { MiddlewareHandler } from "hono";
import { errors, type JWTPayload, jwtVerify } from "jose";
import type { KitEnv } from "../kit/app.ts";
import { ProblemError } from "../kit/problem.ts";
import { type IssuerKeys, IssuerUnavailable } from "./issuer-keys.ts";

/** Who calls, as the issuer vouches. */
export interface Identity {
  /** The token's `sub`: stable and unique. */
  id: string;
  name: string;
}

declare module "hono" {
  interface ContextVariableMap {
    identity: Identity;
  }
}

const CLOCK_TOLERANCE_S = 5;
/** A subject goes into a header and a database key: RFC 7519 leaves it open, OpenID bounds it to 255 ASCII characters. */
const SUBJECT = /^[\x21-\x7e]{1,255}$/;
const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i;

/** Middleware: lets requests pass that carry a valid access token, and sets `identity`. */
export function authenticate(keys: IssuerKeys, issuer: string, clientId: string): MiddlewareHandler<KitEnv> {
  return async (c, next) => {
    const authorization = c.req.header("authorization");
    if (!authorization) throw unauthorized("This needs an access token in the Authorization header.");
    const token = BEARER.exec(authorization)?.[1];
    if (!token) throw unauthorized("The Authorization header is not `Bearer` and an access token.", true);
    c.set("identity", identityOf(await verify(token, keys, issuer), clientId));
    await next();
  };
}

/** The identity as services get it; a name may hold any character and is percent-encoded. */
export function identityHeaders(identity: Identity): Record<string, string> {
  return { "x-user-id": identity.id, "x-user-name": encodeURIComponent(identity.name) };
}

async function verify(token: string, keys: IssuerKeys, issuer: string): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys.get, {
      issuer,
      algorithms: ["RS256", "ES256"],
      clockTolerance: CLOCK_TOLERANCE_S,
      requiredClaims: ["sub", "exp"],
    });
    return payload;
  } catch (error) {
    if (error instanceof IssuerUnavailable) {
      const detail = "Tokens cannot be verified now as their issuer does not answer. Try again shortly.";
      throw new ProblemError(503, detail, { headers: { "retry-after": "2" }, cause: error });
    }
    if (error instanceof errors.JWTExpired)
      throw unauthorized("The access token has expired; get a new one.", true);
    if (error instanceof errors.JOSEError)
      throw unauthorized("The access token is not one that this API accepts.", true);
    throw error;
  }
}

/** Cognito puts the client into `client_id`, not `aud`, and marks access tokens with `token_use`. */
function identityOf(payload: JWTPayload, clientId: string): Identity {
  if (payload.token_use !== "access") throw unauthorized("The token is not an access token.", true);
  if (payload.client_id !== clientId)
    throw unauthorized("The access token was issued to another client.", true);
  const { sub: id, username } = payload;
  if (!id || !SUBJECT.test(id)) throw unauthorized("The access token names no usable subject.", true);
  return { id, name: typeof username === "string" ? username : id };
}

/** RFC 6750, 3: no error code when no token was presented. */
function unauthorized(detail: string, presented = false): ProblemError {
  const challenge = presented
    ? `Bearer realm="trizone", error="invalid_token", error_description="${detail}"`
    : 'Bearer realm="trizone"';
  return new ProblemError(401, detail, { headers: { "www-authenticate": challenge } });
}
