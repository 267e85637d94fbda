import { monitorEventLoopDelay } from "node:perf_hooks";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { loadModel } from "../../services/news/inference/loaded-model.ts";
import { openModelFolder } from "../../services/news/model/cache.ts";

/** The model behind HTTP and nothing else of `news`, as the peer has nothing else either. */
const [, , directory = "", version = "", threads = "", runTexts = ""] = process.argv;
const model = await loadModel(await openModelFolder(version, directory), {
  threads: Number(threads),
  queueTexts: 512,
  runTexts: Number(runTexts),
});
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();

const app = new Hono();
app.post("/analyze", async (c) => {
  const { text } = await c.req.json<{ text: string }>();
  const [prediction] = await model.analyze([text], c.req.raw.signal);
  return c.json({
    label: prediction?.label,
    probabilities: prediction?.probabilities,
    version: model.version,
  });
});
/** How much later than due timers ran since the last call: the 99th percentile in milliseconds. */
app.post("/delay", (c) => {
  const p99 = delay.percentile(99) / 1e6;
  delay.reset();
  return c.json({ p99 });
});
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => {
  process.stdout.write(`${port}\n`);
});
