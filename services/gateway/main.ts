import { apiBodyLimit } from "../kit/body-limit.ts";
import { readEnvironment } from "../kit/environment.ts";
import { ProblemError } from "../kit/problem.ts";
import { proxy } from "../kit/proxy.ts";
import { serve } from "../kit/serve.ts";
import { authenticate, identityHeaders } from "./authenticate.ts";
import { GatewayEnvironment } from "./environment.ts";
import { IssuerKeys } from "./issuer-keys.ts";
import { quotesStream } from "./quotes-stream.ts";
import { openServices } from "./services.ts";
import { TokenCache } from "./token-cache.ts";
import { Tokens } from "./tokens.ts";

/** The API's door: verifies who calls, tells the services behind it, and routes. */
const environment = readEnvironment(GatewayEnvironment);

/** Must not be passed on: services rely on the identity headers, and a token in their reach could only leak. */
const TOKEN_HEADERS = new Set(["authorization", "cookie"]);

await serve(environment, (pod) => {
  const keys = new IssuerKeys(environment.ISSUER, pod.log);
  const tokens = new TokenCache(new Tokens(keys, environment.ISSUER, environment.CLIENT_ID));
  keys.onChange = () => tokens.clear();
  const services = openServices(environment);
  return {
    routes(app) {
      app.use("/api/*", authenticate(tokens), apiBodyLimit);
      for (const { name, paths, upstream } of services) {
        for (const path of paths.flatMap((path) => [path, `${path}/*`])) {
          app.all(path, (c) => {
            if (!upstream) throw new ProblemError(404, `This deployment has no service "${name}".`);
            const add = identityHeaders(c.get("identity"));
            return proxy(c, { upstream, zone: environment.ZONE, drop: TOKEN_HEADERS, add });
          });
        }
      }
    },
    upgrade: quotesStream(pod, tokens, environment.MARKET_DATA_URL),
    ready: () => keys.problem(),
    close: async () => {
      keys.close();
      await Promise.all(services.map(({ upstream }) => upstream?.close()));
    },
  };
});
