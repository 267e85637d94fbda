import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { ProblemError } from "../../../../services/kit/http/problem.ts";
import { type LoadedModel, loadModel } from "../../../../services/news/inference/loaded-model.ts";
import { Tokens } from "../../../../services/news/inference/tokens.ts";
import { type ModelFolder, openModelFolder } from "../../../../services/news/model/cache.ts";
import { type Manifest, ModelError } from "../../../../services/news/model/manifest.ts";
import { copyModels, expected, MODELS, temporaryFolder } from "../models.ts";

const OPTIONS = { threads: 1, queueTexts: 64 };
const open = (version: string) => openModelFolder(version, join(MODELS, version));

for (const version of Object.keys(expected))
  describe(`the model ${version}`, () => {
    let folder: ModelFolder;
    let model: LoadedModel;
    before(async () => {
      folder = await open(version);
      model = await loadModel(folder, OPTIONS);
    });
    after(() => model.close());

    it("reads texts as Hugging Face's tokenizer does", async () => {
      const tokens = await Tokens.read(folder.directory, folder.manifest);
      for (const { text, ids, length } of expected[version] ?? [])
        assert.deepEqual({ text, ...pick(tokens.encode(text)) }, { text, ids, tokens: length });
    });

    it("gives the probabilities of the same logits as ONNX Runtime in Python, alone and in batches", async () => {
      const cases = expected[version] ?? [];
      const together = await model.analyze(cases.map(({ text }) => text));
      for (const [i, { text, logits, length, ids }] of cases.entries()) {
        const [alone] = await model.analyze([text]);
        for (const prediction of [alone, together[i]]) {
          assert.ok(prediction);
          const values = folder.labels.map((label) => Math.log(prediction.probabilities[label] ?? 0));
          const first = values[0] ?? 0;
          for (const [label, value] of values.entries()) {
            const difference = value - first - ((logits[label] ?? 0) - (logits[0] ?? 0));
            assert.ok(Math.abs(difference) <= 1e-3, `${text}: ${difference}`);
          }
          assert.equal(prediction.confidence, Math.max(...Object.values(prediction.probabilities)));
          assert.equal(prediction.probabilities[prediction.label], prediction.confidence);
          assert.equal(prediction.tokens, length);
          assert.equal(prediction.truncatedTokens, length - ids.length);
        }
      }
    });
  });

const pick = ({ ids, tokens }: { ids: number[]; tokens: number }) => ({ ids, tokens });

describe("a loaded model", () => {
  it("is refused where the container has no room for it beside what runs", async () => {
    const memoryLimit = process.memoryUsage.rss() + 32 * 2 ** 20;
    await assert.rejects(loadModel(await open("1.0.0"), { ...OPTIONS, memoryLimit }), (error: unknown) => {
      assert.ok(error instanceof ModelError);
      assert.match(error.message, /model.onnx takes about 6\d MiB of memory, and the pod has \d+ left/);
      return true;
    });
    const memory = { memoryLimit: process.memoryUsage.rss() + 256 * 2 ** 20 };
    await (await loadModel(await open("1.0.0"), { ...OPTIONS, ...memory })).close();
  });

  it("finishes what was accepted when it is closed, and refuses what comes later", async () => {
    const model = await loadModel(await open("1.0.0"), OPTIONS);
    const accepted = Promise.all(Array.from({ length: 20 }, (_, i) => model.analyze([`share ${i} falls`])));
    const closed = model.close();
    await assert.rejects(model.analyze(["late"]), ProblemError);
    assert.equal((await accepted).flat().length, 20);
    await closed;
    await model.close();
  });

  it("rejects with the reason of a client that left", async () => {
    const model = await loadModel(await open("1.0.0"), OPTIONS);
    const client = new AbortController();
    const left = model.analyze(Array(64).fill("a ".repeat(60)), client.signal);
    client.abort(new Error("client left"));
    await assert.rejects(left, /client left/);
    await model.close();
  });

  it("leaves the event loop alone, even with texts of 100 kB that are one word each", async () => {
    const model = await loadModel(await open("1.0.0"), OPTIONS);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const texts = ["公".repeat(33_000), `${"y".repeat(99)} `.repeat(1000), "x".repeat(100_000)];
    const predictions = await model.analyze(texts);
    delay.disable();
    assert.deepEqual(
      predictions.map(({ tokens, truncatedTokens }) => tokens - truncatedTokens),
      [64, 64, 3],
    );
    const longest = delay.max / 1e6;
    assert.ok(longest < 500, `the event loop stood still for ${longest} ms`);
    await model.close();
  });
});

describe("a model that doesn't fit its manifest", () => {
  const folder = temporaryFolder();
  before(() => copyModels(folder()));

  /** The refusal of `1.0.0` with a file or the manifest changed. */
  async function refusal(changes: Partial<Manifest>, file?: string, content?: string): Promise<ModelError> {
    const directory = join(folder(), "1.0.0");
    const path = join(directory, file ?? "config.json");
    const original = await readFile(path);
    if (content !== undefined) await writeFile(path, content);
    try {
      const { manifest, labels, version } = await openModelFolder("1.0.0", directory);
      const changed = { ...manifest, ...changes };
      const model = await loadModel({ version, directory, manifest: changed, labels }, OPTIONS);
      await model.close();
    } catch (error) {
      assert.ok(error instanceof ModelError, String(error));
      return error;
    } finally {
      await writeFile(path, original);
    }
    return assert.fail("it was loaded");
  }

  it("is refused, and the file is named: inputs, output, labels, length, tokenizer, graph", async function () {
    this.timeout(120_000);
    const cases: [Partial<Manifest>, string, RegExp, (string | undefined)?, string?][] = [
      [{ inputs: ["input_ids", "attention_mask"] }, "model.onnx", /takes the inputs .*token_type_ids/],
      [{ output: "scores" }, "model.onnx", /gives logits, but the manifest says scores/],
      [{ labels: ["no", "yes"] }, "model.onnx", /gives 3 logits a text for 2 labels/],
      [{ maxTokens: 128 }, "model.onnx", /fails on a text of 128 tokens/],
      [{ padTokenId: 100_000 }, "model.onnx", /fails on a text/],
      [{}, "tokenizer.json", /can't be used/, "tokenizer.json", '{"model":{"type":"Strange"}}'],
      [{}, "tokenizer.json", /can't be used/, "tokenizer.json", "{"],
      [{}, "model.onnx", /is no graph that ONNX Runtime can load/, "model.onnx", "no graph"],
    ];
    for (const [changes, file, message, damaged, content] of cases) {
      const error = await refusal(changes, damaged, content);
      assert.equal(error.file, file, error.message);
      assert.match(error.message, message);
    }
  });

  it("isn't refused when nothing was changed", async () => {
    await assert.rejects(refusal({}), /it was loaded/);
  });
});
