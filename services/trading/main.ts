import { readEnvironment } from "../kit/environment.ts";
import { apiBodyLimit, bodyLimit, INTERNAL_BODY_LIMIT } from "../kit/http/body-limit.ts";
import { serve } from "../kit/http/serve.ts";
import { letYoungGenerationGrow } from "../kit/small-heap.ts";
import { ORDER_GROUP_PATH } from "../market/order-group.ts";
import { adminRoutes } from "./admin.ts";
import { ordersApi } from "./api.ts";
import { TradingEnvironment } from "./environment.ts";
import { placeRoutes } from "./place-routes.ts";
import { openTrading } from "./trading.ts";

/** Takes orders, keeps them, and sees each to its end. */
const environment = readEnvironment(TradingEnvironment);

await serve(environment, (pod) => {
  // Orders live in memory from their request to their end, for longer than a small young generation holds what is new.
  letYoungGenerationGrow();
  const trading = openTrading(environment, pod);
  const api = ordersApi(trading);
  return {
    routes(app) {
      app.use("/api/*", apiBodyLimit);
      app.use("/internal/*", bodyLimit(INTERNAL_BODY_LIMIT));
      app.route("/", placeRoutes(trading.place, pod));
      app.route("/", api);
    },
    groupPaths: [ORDER_GROUP_PATH],
    admin: (app) => adminRoutes(app, trading),
    // Ready does not ask the database: all pods share it, so its failover would take all of them out at once, and
    // they would come back only probes later. While it is away each request gets a 503 that says when to come back.
    close: () => trading.close(),
  };
});
