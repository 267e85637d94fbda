import { readEnvironment } from "../kit/environment.ts";
import { serve } from "../kit/http/serve.ts";
import { letYoungGenerationGrow } from "../kit/small-heap.ts";
import { ORDER_GROUP_PATH } from "../market/index.ts";
import { adminRoutes } from "./admin/routes.ts";
import { ordersApi } from "./api.ts";
import { TradingEnvironment } from "./environment.ts";
import { placeRoutes } from "./place-routes.ts";
import { openTrading } from "./trading.ts";

/** `trading` accepts orders, stores every event of them, and runs the saga that takes each one to its end. */
const environment = readEnvironment(TradingEnvironment);

await serve(environment, async (pod) => {
  // Orders live in memory from their request to their end, for longer than a small young generation holds what is new.
  letYoungGenerationGrow();
  const trading = openTrading(environment, pod);
  await trading.start((why) => {
    pod.log.fatal(why);
    process.exit(1);
  });
  const api = ordersApi(trading);
  return {
    routes(app) {
      app.route("/", placeRoutes(trading.place, pod));
      app.route("/", api);
    },
    groupPaths: [ORDER_GROUP_PATH],
    admin: (app) => adminRoutes(app, trading),
    shifted: (away) => trading.shifted(away),
    // Readiness doesn't depend on the database: all pods share it, so that its failover would make all of them unready
    // until the next probes. While it is away, requests get a 503 with Retry-After.
    close: () => trading.close(),
  };
});
