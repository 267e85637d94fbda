import { readEnvironment } from "../kit/environment.ts";
import { serve } from "../kit/http/serve.ts";
import { NewsEnvironment } from "./environment.ts";
import { newsService } from "./service.ts";
import { addModelRoutes } from "./serving/index.ts";
import { openModelVersions } from "./serving/model-versions.ts";

/** `news` says what market news means for its subject, with a model from the bucket, and keeps what it answered. */
const environment = readEnvironment(NewsEnvironment);

await serve(environment, (pod) => {
  const versions = openModelVersions(environment, pod);
  return {
    ...newsService(environment, pod, versions),
    admin: (app) => addModelRoutes(app, versions),
  };
});
