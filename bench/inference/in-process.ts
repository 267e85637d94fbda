import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { RUN_BUDGET } from "../../services/news/inference/batcher.ts";
import { cutIntoRuns } from "../../services/news/inference/cut.ts";
import type { LoadedModel } from "../../services/news/inference/loaded-model.ts";
import { Tokens } from "../../services/news/inference/tokens.ts";
import type { ModelFolder } from "../../services/news/model/cache.ts";
import { TEXTS } from "./texts.ts";

/** Texts of one round of the batcher, so that bare ONNX Runtime can be given the same batches. */
const ROUND = 64;
const ROUNDS = Array.from({ length: 6 }, (_, round) =>
  Array.from({ length: ROUND }, (_, i) => TEXTS[(round * ROUND + i) % TEXTS.length] ?? ""),
);

/** Texts a second of a loaded model that always has the next round waiting. */
export async function ofModel(model: LoadedModel, seconds: number): Promise<number> {
  const started = performance.now();
  const until = started + seconds * 1000;
  let texts = 0;
  let next = 0;
  const client = async () => {
    while (performance.now() < until) {
      next += 1;
      const answers = await model.analyze(ROUNDS[next % ROUNDS.length] ?? []);
      texts += answers.length;
    }
  };
  await Promise.all([client(), client()]);
  return texts / ((performance.now() - started) / 1000);
}

/** Texts a second of ONNX Runtime alone, given the batches that the model makes of those rounds, ready as tensors. */
export async function ofBareRuntime(folder: ModelFolder, threads: number) {
  const { directory, manifest } = folder;
  const tokens = await Tokens.read(directory, manifest);
  const session = await InferenceSession.create(join(directory, manifest.model), {
    intraOpNumThreads: threads,
  });
  const rounds = ROUNDS.map((texts) => {
    const encoded = texts.map((text) => tokens.encode(text).ids).sort((a, b) => a.length - b.length);
    const runs = cutIntoRuns(
      encoded.map(({ length }) => length),
      RUN_BUDGET,
      ROUND,
    );
    return runs.map((size) => feedsOf(encoded.splice(0, size), manifest.inputs));
  });
  return async (seconds: number): Promise<number> => {
    const started = performance.now();
    let done = 0;
    while (performance.now() < started + seconds * 1000) {
      for (const feeds of rounds[done % rounds.length] ?? []) await session.run(feeds);
      done += 1;
    }
    return (done * ROUND) / ((performance.now() - started) / 1000);
  };
}

function feedsOf(texts: number[][], inputs: readonly string[]): Record<string, Tensor> {
  const longest = Math.max(...texts.map(({ length }) => length));
  const shape = [texts.length, longest];
  const tensor = (value: (ids: number[], i: number) => number) =>
    new Tensor(
      "int64",
      BigInt64Array.from(
        texts.flatMap((ids) => Array.from({ length: longest }, (_, i) => BigInt(value(ids, i)))),
      ),
      shape,
    );
  const all: Record<string, Tensor> = {
    input_ids: tensor((ids, i) => ids[i] ?? 0),
    attention_mask: tensor((ids, i) => Number(i < ids.length)),
    token_type_ids: tensor(() => 0),
  };
  return Object.fromEntries(inputs.map((name) => [name, all[name] as Tensor]));
}
