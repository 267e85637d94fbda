import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LoadedModel, loadModel } from "../../../../services/news/inference/loaded-model.ts";
import { fetchModel } from "../../../../services/news/model/cache.ts";
import { modelSource } from "../../../../services/news/model/source.ts";

const MODELS = new URL("../models", import.meta.url).href;

describe("a loaded model", () => {
  let cache: string;
  let model: LoadedModel;
  before(async () => {
    cache = await mkdtemp(join(tmpdir(), "trizone-models-"));
    const signal = AbortSignal.timeout(30_000);
    const folder = await fetchModel(modelSource(MODELS), "1.0.0", cache, signal);
    model = await loadModel(folder, { threads: 1, queueTexts: 64 });
  });
  after(async () => {
    await model.close();
    await rm(cache, { recursive: true });
  });

  it("answers with a probability for each label", async () => {
    const [prediction] = await model.analyze(["Profit rises on strong demand"]);
    assert.ok(prediction);
    assert.deepEqual(Object.keys(prediction.probabilities), ["negative", "neutral", "positive"]);
    const sum = Object.values(prediction.probabilities).reduce((total, value) => total + value, 0);
    assert.ok(Math.abs(sum - 1) < 1e-9);
    assert.equal(prediction.probabilities[prediction.label], prediction.confidence);
    assert.equal(prediction.truncatedTokens, 0);
  });
});
