import { join } from "node:path";
import { z } from "zod";
import { proxy } from "../kit/client/proxy.ts";
import { refuseUpgrade, tunnel } from "../kit/client/tunnel.ts";
import { Upstream } from "../kit/client/upstream.ts";
import { PodEnvironment, readEnvironment } from "../kit/environment.ts";
import { ANALYSES } from "../kit/http/body-limit.ts";
import { isBelow } from "../kit/http/request-target.ts";
import { serve } from "../kit/http/serve.ts";
import { page } from "./page-routes.ts";

/** `web` serves the page, and passes its API calls and WebSockets on to the gateway. */
const environment = readEnvironment(
  PodEnvironment.extend({
    /** The internal balancer, behind which the gateway is. */
    API_URL: z.url(),
    /** Certificate of the authority to trust there, PEM. @default those that Node trusts */
    API_CERTIFICATE: z.string().optional(),
    ISSUER: z.url(),
    CLIENT_ID: z.string().min(1),
    /**
     * Further origins that the page talks to while signing in, separated by blanks: a Cognito pool's hosted pages
     * and token endpoint are not at its issuer's origin.
     */
    SIGN_IN_ORIGINS: z.string().default(""),
    PUBLIC_DIRECTORY: z.string().default(join(import.meta.dirname, "public")),
  }),
);

/** What operators see and do. */
const OPERATIONS = "/api/operations";
const WEBSOCKETS = /^\/ws(?:[/?]|$)/;

await serve(environment, (pod) => {
  // Longer than two tries of the gateway's, so that the gateway retries before `web` does.
  const { API_URL: url, API_CERTIFICATE: ca } = environment;
  const api = new Upstream({ url, ca, name: "api", tryTimeoutMs: 5000 });
  // Bounded apart, so that no order waits for texts that are analysed.
  const bounds = { tryTimeoutMs: 15_000, totalTimeoutMs: 15_000, maxInFlight: 64, repeatsAll: true };
  const analyses = new Upstream({ url, ca, name: "api", ...bounds });
  // An operator's change, such as a zone's shift, takes some calls of others, and isn't made twice.
  const changes = { tryTimeoutMs: 30_000, totalTimeoutMs: 30_000, maxInFlight: 64 };
  const operations = new Upstream({ url, ca, name: "api", ...changes });
  const upstreamFor = (path: string) => {
    if (isBelow(path, OPERATIONS)) return operations;
    return isBelow(path, ANALYSES) ? analyses : api;
  };
  return {
    internal: false,
    routes(app) {
      app.all("/api/*", (c) => {
        return proxy(c, "/api", { upstream: upstreamFor(c.req.path), zone: environment.ZONE });
      });
      page(app, environment);
    },
    upgrade(request, socket, head) {
      if (WEBSOCKETS.test(request.url ?? "")) tunnel(pod, url, request, socket, head, { ca });
      else refuseUpgrade(pod, socket, 404);
    },
    elsewhere: ANALYSES,
    close: async () => {
      await Promise.all([api, analyses, operations].map((one) => one.close()));
    },
  };
});
