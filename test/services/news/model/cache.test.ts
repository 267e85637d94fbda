import assert from "node:assert/strict";
import { appendFile, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fetchModel } from "../../../../services/news/model/cache.ts";
import { ModelError } from "../../../../services/news/model/manifest.ts";
import { type ModelSource, modelSource } from "../../../../services/news/model/source.ts";
import { copyModels, MODELS_URL, temporaryFolder } from "../models.ts";

const signal = () => AbortSignal.timeout(30_000);

/** Counts what is downloaded from another source. */
function counting(source: ModelSource): ModelSource & { files: string[] } {
  const files: string[] = [];
  return {
    files,
    versions: (signal) => source.versions(signal),
    manifest: (version, signal) => source.manifest(version, signal),
    deployment: (signal) => source.deployment(signal),
    download: (version, file, path, signal) => {
      files.push(file);
      return source.download(version, file, path, signal);
    },
  };
}

describe("models in a folder", () => {
  const folder = temporaryFolder();
  const manifest = () => join(folder(), "1.0.0/manifest.json");

  it("are listed, and have a deployment document once there is one", async () => {
    const source = modelSource(await copyModels(folder()));
    assert.deepEqual(await source.versions(signal()), ["1.0.0", "unigram"]);
    assert.equal(await source.deployment(signal()), undefined);
    await writeFile(join(folder(), "deployment.json"), '{"current":"1.0.0"}');
    const first = await source.deployment(signal());
    assert.equal(first?.text, '{"current":"1.0.0"}');
    await writeFile(join(folder(), "deployment.json"), '{"current":"2.0.0"}');
    assert.notEqual((await source.deployment(signal()))?.tag, first?.tag);
  });

  it("aren't there when the folder isn't, which is not the version's fault", async () => {
    const source = modelSource("file:///does/not/exist");
    await assert.rejects(source.manifest("1.0.0", signal()), (error) => !(error instanceof ModelError));
    await assert.rejects(source.deployment(signal()));
  });

  it("are of an address that can be one", () => {
    for (const url of ["models", "https://bucket/models", "s3://", ""])
      assert.throws(() => modelSource(url), /use s3:\/\/bucket\/prefix or file:\/\/\/folder/);
  });

  const damage: [string, string, RegExp, () => Promise<void>][] = [
    [
      "a truncated file",
      "model.onnx",
      /is truncated: 100 of \d+ bytes/,
      () => truncate(join(folder(), "1.0.0/model.onnx"), 100),
    ],
    [
      "a file that is longer",
      "model.onnx",
      /is longer than its/,
      () => appendFile(join(folder(), "1.0.0/model.onnx"), "x"),
    ],
    [
      "another content of the same length",
      "tokenizer.json",
      /has the SHA-256 .* but the manifest says/,
      async () => {
        const path = join(folder(), "1.0.0/tokenizer.json");
        await writeFile(path, (await readFile(path, "utf8")).replace("a", "b"));
      },
    ],
    ["a missing file", "tokenizer.json", /is missing/, () => rm(join(folder(), "1.0.0/tokenizer.json"))],
    ["a missing manifest", "manifest.json", /is missing: there is no such version/, () => rm(manifest())],
    ["a manifest that is no JSON", "manifest.json", /is not JSON/, () => writeFile(manifest(), "{")],
    [
      "the manifest of another schema",
      "manifest.json",
      /doesn't follow schema 1: schema: /,
      () => edit(manifest(), { schema: 2 }),
    ],
    [
      "the manifest of another version",
      "manifest.json",
      /is of version 3.0.0/,
      () => edit(manifest(), { version: "3.0.0" }),
    ],
    [
      "a manifest without a file that is needed",
      "manifest.json",
      /files: must list other.onnx/,
      () => edit(manifest(), { model: "other.onnx" }),
    ],
    [
      "a file that leads out of the folder",
      "manifest.json",
      /doesn't follow schema 1/,
      () => edit(manifest(), { files: { "../x": { bytes: 1, sha256: "0".repeat(64) } } }),
    ],
    [
      "an input that no text gives",
      "manifest.json",
      /inputs/,
      () => edit(manifest(), { inputs: ["input_ids", "attention_mask", "pixel_values"] }),
    ],
    ["one label", "manifest.json", /labels/, () => edit(manifest(), { labels: ["all"] })],
    [
      "labels in another order than config.json's",
      "config.json",
      /has the labels negative, neutral, positive, but/,
      () => edit(manifest(), { labels: ["positive", "neutral", "negative"] }),
    ],
  ];
  for (const [name, file, message, change] of damage)
    it(`are refused with ${name}, and the file is named`, async () => {
      const url = await copyModels(folder());
      await change();
      const cache = join(folder(), "cache");
      await assert.rejects(fetchModel(modelSource(url), "1.0.0", cache, signal()), (error) => {
        assert.ok(error instanceof ModelError, String(error));
        assert.equal(error.file, file, error.message);
        assert.match(error.message, message);
        return true;
      });
      assert.deepEqual(await readdir(cache), [], "nothing of it stays");
    });
});

async function edit(path: string, changes: object): Promise<void> {
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, "utf8")), ...changes }));
}

describe("the cache of models", () => {
  const folder = temporaryFolder();
  const source = modelSource(MODELS_URL);
  const files = ["config.json", "model.onnx", "tokenizer.json", "tokenizer_config.json"];

  it("downloads a version once for all who want it at the same time, and asks nobody for one that it has", async () => {
    const counted = counting(source);
    const fetched = await Promise.all(
      Array.from({ length: 4 }, () => fetchModel(counted, "1.0.0", folder(), signal())),
    );
    assert.deepEqual(counted.files.sort(), files);
    assert.deepEqual(new Set(fetched.map(({ directory }) => directory)).size, 1);
    assert.deepEqual((await readdir(join(folder(), "1.0.0"))).sort(), [...files, "manifest.json"].sort());
    assert.deepEqual(await readdir(folder()), ["1.0.0"], "no lock and no unfinished download stays");
    const nowhere = modelSource("file:///does/not/exist");
    assert.deepEqual(await fetchModel(nowhere, "1.0.0", folder(), signal()), fetched[0]);
  });

  it("replaces a version of which a file was damaged", async () => {
    const { directory } = await fetchModel(source, "1.0.0", folder(), signal());
    await writeFile(join(directory, "model.onnx"), "damaged");
    const counted = counting(source);
    await fetchModel(counted, "1.0.0", folder(), signal());
    assert.deepEqual(counted.files.sort(), files);
    await fetchModel(modelSource("file:///does/not/exist"), "1.0.0", folder(), signal());
  });

  it("takes over the lock of a process that ended, and waits for one that lives for as long as its signal says", async () => {
    const lock = join(folder(), ".unigram.lock");
    await writeFile(lock, "");
    await assert.rejects(fetchModel(source, "unigram", folder(), AbortSignal.timeout(300)), /abort/i);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lock, longAgo, longAgo);
    assert.equal((await fetchModel(source, "unigram", folder(), signal())).version, "unigram");
  });
});
