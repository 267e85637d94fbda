import { API_BODY_LIMIT, readBody } from "../kit/body-limit.ts";
import type { DirectRoute } from "../kit/direct.ts";
import { ProblemError } from "../kit/problem.ts";
import { proxy } from "../kit/proxy.ts";
import { bearerToken, identityHeaders } from "./authenticate.ts";
import type { UserLimits } from "./rate-limit.ts";
import type { Service } from "./services.ts";
import type { TokenCache } from "./token-cache.ts";

/** Must not be passed on: services rely on the identity headers, and a token in their reach could only leak. */
const TOKEN_HEADERS = new Set(["authorization", "cookie"]);

/** The paths of a service: each request is its caller's, within the caller's limit, and passed on. */
export function routesTo(
  { name, paths, upstream }: Service,
  { tokens, limits, zone }: { tokens: TokenCache; limits: UserLimits; zone: string },
): DirectRoute[] {
  return paths.map((path) => ({
    path,
    handle: async (call) => {
      const token = bearerToken(call.incoming.headers.authorization);
      const identity = tokens.known(token) ?? (await tokens.identify(token));
      const respond = limits.take(identity.id, call.startedAt);
      if (!upstream) throw new ProblemError(404, `This deployment has no service "${name}".`);
      const body = await readBody(call.incoming, API_BODY_LIMIT);
      const add = identityHeaders(identity);
      await proxy(call, { upstream, zone, body, drop: TOKEN_HEADERS, add, respond });
    },
  }));
}
