import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type LoadedModel, loadModel } from "../../../../services/news/inference/loaded-model.ts";
import { Tokens } from "../../../../services/news/inference/tokens.ts";
import { type ModelFolder, openModelFolder } from "../../../../services/news/model/cache.ts";

const MODELS = process.env.TEST_MODELS ?? join(import.meta.dirname, "../../../../models");
const FIXTURES = join(MODELS, "fixtures");

interface Expectation {
  /** Below `models/`. */
  model: string;
  cases: { ids: number[]; length: number; logits: number[] }[];
}
const read = <T>(file: string) => JSON.parse(readFileSync(join(FIXTURES, file), "utf8")) as T;

const hasFixtures = existsSync(join(FIXTURES, "texts.json"));
const title = hasFixtures
  ? "the published models and foreign ones"
  : "the published models and foreign ones (skipped: models/fixtures isn't there)";

(hasFixtures ? describe : describe.skip)(title, function () {
  this.timeout(300_000);
  const texts = hasFixtures
    ? read<({ text: string } | { unit: string; times: number })[]>("texts.json").map((one) =>
        "text" in one ? one.text : one.unit.repeat(one.times),
      )
    : [];
  const names = hasFixtures
    ? readdirSync(FIXTURES).filter((name) => name.endsWith(".json") && name !== "texts.json")
    : [];
  for (const name of names)
    describe(name.replace(/\.json$/, ""), () => {
      const { model: path, cases } = read<Expectation>(name);
      let folder: ModelFolder;
      let model: LoadedModel | undefined;
      before(async () => {
        const directory = [join(MODELS, path), join(FIXTURES, "models", path)].find(existsSync) ?? path;
        const version = JSON.parse(readFileSync(join(directory, "manifest.json"), "utf8")).version;
        folder = await openModelFolder(version, directory);
        model = await loadModel(folder, { threads: 1, queueTexts: 1000 });
      });
      after(() => model?.close());

      it("has the token ids of Hugging Face's tokenizer in Python", async () => {
        const tokens = await Tokens.read(folder.directory, folder.manifest);
        const wrong = texts.filter((text, i) => {
          const { ids, tokens: length } = tokens.encode(text);
          return length !== cases[i]?.length || String(ids) !== String(cases[i]?.ids);
        });
        assert.equal(cases.length, texts.length);
        assert.deepEqual(
          wrong.map((text) => text.slice(0, 80)),
          [],
        );
      });

      it("has the logits of ONNX Runtime in Python, one text at a time", async () => {
        const { precision, temperature } = folder.manifest;
        const differences = [];
        for (const [i, text] of texts.entries()) {
          const [prediction] = (await model?.analyze([text])) ?? [];
          const expected = cases[i]?.logits ?? [];
          // Differences to the first logit, as softmax takes away what all have in common: so twice the tolerance.
          const found = folder.labels.map(
            (label) => Math.log(prediction?.probabilities[label] ?? Number.NaN) * temperature,
          );
          const off = found.map((value, label) =>
            Math.abs(value - (found[0] ?? 0) - ((expected[label] ?? 0) - (expected[0] ?? 0))),
          );
          differences.push({ text: text.slice(0, 80), most: Math.max(...off) / 2 });
        }
        differences.sort((a, b) => b.most - a.most);
        // int8 rounds otherwise in each version of ONNX Runtime and on each kind of processor.
        const [from, tolerance] = precision === "fp32" ? [0, 1e-3] : [Math.ceil(texts.length / 20), 0.1];
        console.log(
          `          largest differences: ${differences.slice(0, 3).map(({ most }) => most.toFixed(4))}`,
        );
        assert.ok(
          (differences[from]?.most ?? 1) <= tolerance,
          JSON.stringify(differences.slice(from, from + 3)),
        );
      });
    });
});
