import { PodEnvironment, readEnvironment } from "../kit/environment.ts";
import { serve } from "../kit/http/serve.ts";
import { echoApi } from "./api.ts";

/** `echo` answers with what it was asked and where: a load test's target, and a first service to look at. */
const environment = readEnvironment(PodEnvironment);

await serve(environment, () => ({
  routes: (app) => {
    app.route("/", echoApi(environment));
  },
  // Clients reach it through the balancer or an Ingress.
  internal: false,
}));
