import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { backoffMs } from "../../kit/client/retry.ts";
import { milliseconds, PodEnvironment, readEnvironment } from "../../kit/environment.ts";
import { createLog } from "../../kit/telemetry/index.ts";
import { fetchModel } from "./cache.ts";
import { ModelError } from "./manifest.ts";
import { type ModelSource, modelSource } from "./source.ts";

/**
 * The init container of `news`: fetches the current version into the cache that pods of a node share, so that the service
 * finds it when it starts; where that one is wrong, the previous one, which the service then answers with. Tries again while
 * the bucket can't be reached or names no version yet; exits with 1 when both are wrong, or when time is up.
 */
const environment = readEnvironment(
  z.object({
    ...PodEnvironment.shape,
    /** `s3://bucket/prefix` or `file:///folder`. */
    MODEL_URL: z.string().min(1),
    /** Folder of the cache. */
    MODEL_CACHE: z.string().min(1),
    /** How long to try. */
    MODEL_INIT_TIMEOUT_MS: milliseconds(600_000),
  }),
);
const BACKOFF_MS = 500;
const BACKOFF_CAP_MS = 15_000;

/** Of `deployment.json`, what matters here. */
const Current = z.looseObject({ current: z.string().min(1), previous: z.string().min(1).optional() });

const log = createLog(environment);
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort(new Error("stopped by SIGTERM")));
const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(environment.MODEL_INIT_TIMEOUT_MS)]);
const source = modelSource(environment.MODEL_URL);

try {
  const { version, directory } = await fetchCurrent();
  log.info({ version, directory }, "a model is in the cache");
} catch (err) {
  log.fatal({ err, url: environment.MODEL_URL }, "no model could be fetched");
  process.exitCode = 1;
}

async function fetchCurrent() {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetchEither(await deployed(source));
    } catch (err) {
      signal.throwIfAborted();
      // It takes a person to publish another one.
      if (err instanceof ModelError) throw err;
      const waitMs = Math.round(backoffMs(attempt, BACKOFF_MS, BACKOFF_CAP_MS));
      log.warn({ err, url: environment.MODEL_URL, waitMs }, "the model can't be fetched; trying again");
      await sleep(waitMs, undefined, { signal });
    }
  }
}

async function fetchEither({ current, previous }: z.infer<typeof Current>) {
  const fetch = (version: string) => fetchModel(source, version, environment.MODEL_CACHE, signal);
  try {
    return await fetch(current);
  } catch (err) {
    if (!(err instanceof ModelError) || previous === undefined) throw err;
    log.error({ err, previous }, "the current model is wrong; the previous one is fetched instead");
    return fetch(previous);
  }
}

async function deployed(from: ModelSource): Promise<z.infer<typeof Current>> {
  const document = await from.deployment(signal);
  if (!document)
    throw new Error("There is no deployment.json; promote a version: trizone model promote <version>");
  const result = Current.safeParse(JSON.parse(document.text));
  if (!result.success) throw new Error("deployment.json names no current version");
  return result.data;
}
