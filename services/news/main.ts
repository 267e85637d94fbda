import { readEnvironment } from "../kit/environment.ts";
import { ProblemError } from "../kit/http/problem.ts";
import { serve } from "../kit/http/serve.ts";
import { NewsEnvironment } from "./environment.ts";
import { type LoadedModel, loadModel } from "./inference/loaded-model.ts";
import { fetchModel } from "./model/cache.ts";
import { modelSource } from "./model/source.ts";
import { newsService, type Versions } from "./service.ts";

/** `news` says what market news means for its subject, with a model from the bucket, and keeps what it answered. */
const environment = readEnvironment(NewsEnvironment);

await serve(environment, (pod) => newsService(environment, pod, currentVersion()));

/** The version that the deployment document names now. */
function currentVersion(): Versions {
  let model: LoadedModel | undefined;
  const opening = open().then((loaded) => {
    model = loaded;
  });
  return {
    ready: () => (model ? undefined : "the model is being loaded"),
    async analyze(_user, texts, signal) {
      if (!model)
        throw new ProblemError(503, "The model is being loaded.", { headers: { "retry-after": "5" } });
      return { version: model.version, predictions: await model.analyze(texts, signal) };
    },
    async close() {
      await opening;
      await model?.close();
    },
  };
}

async function open(): Promise<LoadedModel> {
  const { MODEL_URL, MODEL_CACHE, MODEL_THREADS: threads, MODEL_QUEUE: queueTexts } = environment;
  const source = modelSource(MODEL_URL);
  const { signal } = new AbortController();
  const document = await source.deployment(signal);
  if (!document) throw new Error(`${MODEL_URL} has no deployment.json yet; promote a version`);
  const { current } = JSON.parse(document.text) as { current: string };
  return loadModel(await fetchModel(source, current, MODEL_CACHE, signal), { threads, queueTexts });
}
