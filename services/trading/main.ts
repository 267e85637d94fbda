import { apiBodyLimit } from "../kit/body-limit.ts";
import { Database } from "../kit/database/database.ts";
import { DatabaseEnvironment } from "../kit/database/environment.ts";
import { PodEnvironment, readEnvironment } from "../kit/environment.ts";
import { serve } from "../kit/serve.ts";
import { ordersApi } from "./api.ts";
import { OrderStore } from "./order-store.ts";

/** Takes orders and keeps them. */
const environment = readEnvironment(PodEnvironment.extend(DatabaseEnvironment.shape));

await serve(environment, (pod) => {
  const database = new Database(environment, pod.log);
  const api = ordersApi(new OrderStore(database));
  return {
    routes(app) {
      app.use("/api/*", apiBodyLimit);
      app.route("/", api);
    },
    // Ready does not ask the database: all pods share it, so its failover would take all of them out at once, and
    // they would come back only probes later. While it is away each request gets a 503 that says when to come back.
    close: () => database.close(),
  };
});
