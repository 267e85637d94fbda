import { z } from "zod";
import { Database, DatabaseEnvironment } from "../kit/database/index.ts";
import { PodEnvironment, readEnvironment } from "../kit/environment.ts";
import { serve } from "../kit/http/serve.ts";
import { portfolioApi } from "./api.ts";
import { internalApi } from "./internal.ts";
import { Prices } from "./prices.ts";
import { Reservations } from "./reservations.ts";

/** `portfolio` keeps users' holdings, which it derives from the events of their orders, and reserves shares for sell orders. */
const environment = readEnvironment(
  PodEnvironment.extend({
    ...DatabaseEnvironment.shape,
    /** Without it portfolios have no market values. */
    MARKET_DATA_URL: z.url().optional(),
  }),
);

await serve(environment, (pod) => {
  const database = new Database(environment, pod.log);
  const prices = new Prices(environment.MARKET_DATA_URL, pod.log);
  const api = portfolioApi(database, prices);
  const internal = internalApi(database, new Reservations(database), pod.log);
  return {
    routes(app) {
      app.route("/", api);
      app.route("/", internal);
    },
    close: async () => {
      await Promise.all([database.close(), prices.close()]);
    },
  };
});
