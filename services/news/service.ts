import { Database } from "../kit/database/index.ts";
import type { Service } from "../kit/http/serve.ts";
import { UserLimits } from "../kit/http/user-limits.ts";
import type { Pod } from "../kit/pod.ts";
import { type Analyser, newsApi } from "./api.ts";
import type { NewsEnvironment } from "./environment.ts";
import { Predictions } from "./predictions.ts";
import { keepForDays } from "./retention.ts";
import type { ModelReport } from "./serving/index.ts";
import { TextReader } from "./text/text-reader.ts";

/** What the service answers with: the versions of the model that are loaded. */
export interface Versions extends Analyser {
  /** Why they can't answer yet; nothing when they can. */
  ready(): string | undefined;
  report(): ModelReport;
  /** Finishes what was accepted. */
  close(): Promise<void>;
}

/** The service `news` of a pod. */
export function newsService(environment: NewsEnvironment, pod: Pod, versions: Versions): Service {
  const database = new Database(environment, pod.log);
  const predictions = new Predictions(database);
  const { TEXTS_PER_SECOND: perSecond, TEXTS_BURST: burst } = environment;
  const limits = new UserLimits({ perSecond, burst, name: "texts", what: "texts" });
  const models = () => versions.report();
  const reader = new TextReader();
  const api = newsApi({ reader, analyser: versions, models, predictions, limits, tracing: pod.tracing });
  const endRetention = keepForDays(predictions, environment.PREDICTION_DAYS, pod.log);
  return {
    routes: (app) => void app.route("/", api),
    ready: () => versions.ready(),
    close: async () => {
      endRetention();
      await Promise.all([versions.close(), reader.close(), database.close()]);
    },
  };
}
