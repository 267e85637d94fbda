import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectDirectory } from "../commands/command.ts";
import { startLoad } from "../load/index.ts";
import { randomOf } from "../load/random.ts";
import { commitOf, headline, htmlOf, type LoadDocument, thisMachine } from "../load/report/index.ts";
import { crossed, parseThreshold } from "../load/thresholds.ts";
import type { Cluster, StepContext } from "./clusters/cluster.ts";
import { LoadFailed } from "./steps.ts";

/** The load's files in the pipeline's folder. */
export const LOAD_FILES = { json: "load.json", html: "load.html", extras: "load-extras.json" } as const;

/** Sends the load, with the pod failures that were asked for, and writes its result. @throws LoadFailed */
export async function sendLoad(cluster: Cluster, context: StepContext): Promise<void> {
  const { options, signal, say, directory } = context;
  const { rate, connections, seconds, warmUpSeconds, seed, failIf, podFailures } = options;
  const thresholds = failIf.map(parseThreshold);
  const { url, hosts } = cluster.target(context);
  const { origin, pathname } = new URL(url);
  const load = startLoad({
    ...{ rate, connections, seconds, warmUpSeconds, seed },
    to: hosts.map((host) => ({ key: host, origin, path: pathname, headers: { host } })),
    onProgress: ({ elapsed, requests, failed, p99 }) =>
      say(`  ${Math.round(elapsed)} s: ${requests} requests, ${failed} failed, p99 ${p99.toFixed(1)} ms`),
  });
  const watching = new AbortController();
  const inner: StepContext = { ...context, signal: AbortSignal.any([signal, watching.signal]) };
  const usage = cluster.watchUsage(inner);
  usage.catch(() => undefined);
  const failures = failPods(cluster, inner, podFailures, warmUpSeconds + seconds, seed ?? 1);
  failures.catch(() => undefined);
  const stop = () => void load.stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const result = await load.result;
    watching.abort();
    const document: LoadDocument = {
      schema: "trizone.load-test/1",
      command: `trizone pipeline load-test --cluster ${options.cluster}`,
      commit: await commitOf(projectDirectory),
      machine: thisMachine(),
      result,
      crossed: crossed(result, thresholds),
    };
    const extras = { usage: await usage, failedPods: await failures };
    await Promise.all([
      writeFile(join(directory, LOAD_FILES.json), `${JSON.stringify(document, null, 2)}\n`),
      writeFile(join(directory, LOAD_FILES.html), htmlOf(document)),
      writeFile(join(directory, LOAD_FILES.extras), `${JSON.stringify(extras, null, 2)}\n`),
    ]);
    signal.throwIfAborted();
    if (document.crossed.length > 0 || result.total.ok === 0) throw new LoadFailed(headline(document));
  } finally {
    signal.removeEventListener("abort", stop);
    watching.abort();
  }
}

/** Removes what an earlier load in the folder has left. */
export async function forgetResults(directory: string): Promise<void> {
  await Promise.all(Object.values(LOAD_FILES).map((file) => rm(join(directory, file), { force: true })));
}

/** Kills so many pods at equal intervals of the load; gives their names. */
async function failPods(
  cluster: Cluster,
  context: StepContext,
  count: number,
  seconds: number,
  seed: number,
): Promise<string[]> {
  const random = randomOf(seed);
  const failed: string[] = [];
  for (let index = 0; index < count; index += 1) {
    await sleep((seconds * 1000) / (count + 1), undefined, { signal: context.signal }).catch(() => undefined);
    if (context.signal.aborted) break;
    const name = await cluster.failPod(context, random);
    context.say(`  killed pod ${name}`);
    failed.push(name);
  }
  return failed;
}
