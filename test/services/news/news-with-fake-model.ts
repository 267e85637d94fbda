import { readEnvironment } from "../../../services/kit/environment.ts";
import { serve } from "../../../services/kit/http/serve.ts";
import { NewsEnvironment } from "../../../services/news/environment.ts";
import { newsService } from "../../../services/news/service.ts";
import { fakeModel } from "./fake-model.ts";

/** `news` as `main.ts` runs it, but for its model. */
const environment = readEnvironment(NewsEnvironment);

await serve(environment, (pod) => newsService(environment, pod, fakeModel()));
