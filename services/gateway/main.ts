import { z } from "zod";
import { apiBodyLimit } from "../kit/body-limit.ts";
import { PodEnvironment, readEnvironment } from "../kit/environment.ts";
import { proxy } from "../kit/proxy.ts";
import { serve } from "../kit/serve.ts";
import { Upstream } from "../kit/upstream.ts";
import { authenticate, identityHeaders } from "./authenticate.ts";
import { IssuerKeys } from "./issuer-keys.ts";

/** The API's door: verifies who calls, tells the services behind it, and routes. */
const environment = readEnvironment(
  PodEnvironment.extend({
    /** OpenID issuer, exactly as tokens name it in `iss`. */
    ISSUER: z.url(),
    /** The one OAuth client whose tokens are accepted. */
    CLIENT_ID: z.string().min(1),
    TRADING_URL: z.url(),
  }),
);

/** Must not be passed on: services rely on the identity headers, and a token in their reach could only leak. */
const TOKEN_HEADERS = new Set(["authorization", "cookie"]);

await serve(environment, (pod) => {
  const keys = new IssuerKeys(environment.ISSUER, pod.log);
  // Two tries fit into the time that `web` gives one of its own.
  const trading = new Upstream({
    url: environment.TRADING_URL,
    name: "trading",
    tryTimeoutMs: 2000,
    totalTimeoutMs: 4800,
  });
  return {
    routes(app) {
      app.use("/api/*", authenticate(keys, environment.ISSUER, environment.CLIENT_ID), apiBodyLimit);
      for (const path of ["/api/orders", "/api/orders/*"]) {
        app.all(path, (c) =>
          proxy(c, {
            upstream: trading,
            zone: environment.ZONE,
            drop: TOKEN_HEADERS,
            add: identityHeaders(c.get("identity")),
          }),
        );
      }
    },
    ready: () => keys.problem(),
    close: () => trading.close(),
  };
});
