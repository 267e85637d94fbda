import { z } from "zod";
import { Database, DatabaseEnvironment } from "../kit/database/index.ts";
import { PodEnvironment, readEnvironment } from "../kit/environment.ts";
import { serve } from "../kit/http/serve.ts";
import { accountHolderRoutes } from "./account-holders/routes.ts";
import { AccountHolders } from "./account-holders/store.ts";
import { envelopeKey } from "./keys/envelope-key.ts";
import { ledgerApi } from "./ledger/api.ts";
import { Ledger } from "./ledger/ledger.ts";
import { internalApi } from "./reservations/internal.ts";
import { Reservations } from "./reservations/reservations.ts";

/** `transactions` keeps users' cash accounts and every movement on them, reserves cash for orders, and stores who the users are. */
const environment = readEnvironment(
  PodEnvironment.extend({
    ...DatabaseEnvironment.shape,
    /** The key that wraps the data keys of personal data: the ARN of a KMS key, or the `file:` URL of a key file. */
    PERSONAL_DATA_KEY: z.string().min(1),
  }),
);
const key = await envelopeKey(environment.PERSONAL_DATA_KEY);

await serve(environment, (pod) => {
  const database = new Database(environment, pod.log);
  const holders = new AccountHolders(database, key);
  const api = ledgerApi(new Ledger(database));
  accountHolderRoutes(api, holders);
  const internal = internalApi(new Reservations(database), holders, pod);
  return {
    routes(app) {
      app.route("/", api);
      app.route("/", internal);
    },
    // Ready does not ask the database: all pods share it, so its failover would take all of them out at once.
    close: () => database.close(),
  };
});
