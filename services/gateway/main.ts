import { API_BODY_LIMIT, readBody } from "../kit/body-limit.ts";
import { readEnvironment } from "../kit/environment.ts";
import { ProblemError } from "../kit/problem.ts";
import { proxy } from "../kit/proxy.ts";
import { serve } from "../kit/serve.ts";
import { authenticate, bearerToken, identityHeaders } from "./authenticate.ts";
import { GatewayEnvironment } from "./environment.ts";
import { IssuerKeys } from "./issuer-keys.ts";
import { quotesStream } from "./quotes-stream.ts";
import { openServices } from "./services.ts";
import { TokenCache } from "./token-cache.ts";
import { Tokens } from "./tokens.ts";

/** The API's door: verifies who calls, tells the services behind it, and routes. */
const environment = readEnvironment(GatewayEnvironment);
const zone = environment.ZONE;

/** Must not be passed on: services rely on the identity headers, and a token in their reach could only leak. */
const TOKEN_HEADERS = new Set(["authorization", "cookie"]);

await serve(environment, (pod) => {
  const keys = new IssuerKeys(environment.ISSUER, pod.log);
  const tokens = new TokenCache(new Tokens(keys, environment.ISSUER, environment.CLIENT_ID));
  keys.onChange = () => tokens.clear();
  const services = openServices(environment);
  return {
    routes: (app) => app.use("/api/*", authenticate(tokens)),
    direct: services.flatMap(({ name, paths, upstream }) =>
      paths.map((path) => ({
        path,
        handle: async (call) => {
          const token = bearerToken(call.incoming.headers.authorization);
          const identity = tokens.known(token) ?? (await tokens.identify(token));
          if (!upstream) throw new ProblemError(404, `This deployment has no service "${name}".`);
          const body = await readBody(call.incoming, API_BODY_LIMIT);
          await proxy(call, { upstream, zone, body, drop: TOKEN_HEADERS, add: identityHeaders(identity) });
        },
      })),
    ),
    upgrade: quotesStream(pod, tokens, environment.MARKET_DATA_URL),
    ready: () => keys.problem(),
    close: async () => {
      keys.close();
      await Promise.all(services.map(({ upstream }) => upstream?.close()));
    },
  };
});
