import { readEnvironment } from "../kit/environment.ts";
import { ANALYSES } from "../kit/http/body-limit.ts";
import { serve } from "../kit/http/serve.ts";
import { UserLimits } from "../kit/http/user-limits.ts";
import { letYoungGenerationGrow } from "../kit/small-heap.ts";
import { ApiDocument } from "./api-document.ts";
import { authenticate } from "./authenticate.ts";
import { GatewayEnvironment } from "./environment.ts";
import { IssuerKeys } from "./issuer-keys.ts";
import { quotesStream } from "./quotes-stream.ts";
import { openServices, routesTo } from "./routes.ts";
import { Tokens } from "./tokens.ts";

/** `gateway` is the API's entry: it verifies access tokens, limits requests a user, and passes requests to the services. */
const environment = readEnvironment(GatewayEnvironment);
const flags = environment.FEATURE_FLAGS;

await serve(environment, (pod) => {
  letYoungGenerationGrow();
  const keys = new IssuerKeys(environment.ISSUER, pod.log);
  const tokens = new Tokens(keys, environment.ISSUER, environment.CLIENT_ID);
  const { RATE_LIMIT_PER_SECOND: perSecond, RATE_LIMIT_BURST: burst } = environment;
  const limits = new UserLimits({ perSecond, burst });
  const services = openServices(environment);
  const document = new ApiDocument(services, pod.log);
  return {
    internal: false,
    routes(app) {
      // Without a token, as authors of clients read it.
      app.get("/api/openapi.json", async (c) =>
        c.json(await document.get(), 200, { "cache-control": "no-cache" }),
      );
      app.use("/api/*", authenticate(tokens, limits));
      app.get("/api/flags", (c) => c.json(flags));
      for (const service of services) app.route("/", routesTo(service, environment.ZONE));
    },
    // The upstream bounds them.
    elsewhere: ANALYSES,
    upgrade: quotesStream(pod, tokens, flags.quotesStream ? environment.MARKET_DATA_URL : undefined),
    ready: () => keys.problem(),
    close: async () => {
      keys.close();
      await Promise.all([document.close(), ...services.map(({ upstream }) => upstream?.close())]);
    },
  };
});
