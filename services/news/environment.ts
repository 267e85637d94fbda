import { z } from "zod";
import { DatabaseEnvironment } from "../kit/database/index.ts";
import { PodEnvironment } from "../kit/environment.ts";
import { MAX_TEXTS } from "./schemas.ts";

/** The environment variables of `news`. */
export const NewsEnvironment = PodEnvironment.extend({
  ...DatabaseEnvironment.shape,
  /** Where the models are: `s3://<bucket>[/<prefix>]`, or the `file://` URL of a folder. */
  MODEL_URL: z.url({ protocol: /^(s3|file)$/ }),
  /** Folder that verified models are kept in, which the init container and the service share. */
  MODEL_CACHE: z.string().min(1),
  /** Threads of an inference; as many as the CPUs that the pod requests. */
  MODEL_THREADS: z.coerce.number().int().min(1).max(64).default(1),
  /** Texts that wait for the model at most; more are answered 503. */
  MODEL_QUEUE: z.coerce.number().int().min(MAX_TEXTS).default(1024),
  /** Days that predictions are kept. */
  PREDICTION_DAYS: z.coerce.number().int().min(1).default(90),
  /** Texts that each user may send to each pod: a second on and on, and at once. */
  TEXTS_PER_SECOND: z.coerce.number().positive().default(200),
  TEXTS_BURST: z.coerce.number().int().min(MAX_TEXTS).default(1000),
});

export type NewsEnvironment = z.infer<typeof NewsEnvironment>;
