import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bucketFolder, modelBucket } from "../../local/buckets.ts";
import { rewriteNames } from "../../local/pods/container/environment.ts";
import { State } from "../../local/state.ts";
import { placeModels } from "../../services/build/models.ts";

describe("a laptop's bucket of models", () => {
  let folder: string;
  let models: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "trizone-buckets-"));
    models = join(folder, "models");
    for (const version of ["0.9.0", "1.9.0", "1.10.0"]) {
      await mkdir(join(models, version), { recursive: true });
      await writeFile(join(models, version, "manifest.json"), version);
    }
    await mkdir(join(models, "no-version"));
  });
  after(() => rm(folder, { recursive: true }));
  const deployment = async (bucket: string) =>
    JSON.parse(await readFile(join(bucket, "deployment.json"), "utf8")) as Record<string, unknown>;

  it("has the repository's versions, and the newest of them answers", async () => {
    const bucket = join(folder, "placed");
    assert.equal(await placeModels(models, bucket, "a test"), true);
    assert.deepEqual((await readdir(bucket)).sort(), ["0.9.0", "1.10.0", "1.9.0", "deployment.json"]);
    const { at, ...document } = await deployment(bucket);
    assert.deepEqual(document, { schema: 1, revision: 1, by: "a test", current: "1.10.0" });
    assert.ok(Date.parse(String(at)) > 0);
  });

  it("stays as its users made it", async () => {
    const bucket = join(folder, "used");
    await mkdir(bucket);
    await writeFile(join(bucket, "deployment.json"), "theirs");
    assert.equal(await placeModels(models, bucket, "a test"), false);
    assert.deepEqual(await readdir(bucket), ["deployment.json"]);
    assert.equal(await placeModels(join(folder, "nowhere"), join(folder, "empty"), "a test"), false);
  });

  it("is a folder of the state, which pods have in the place of the bucket", async () => {
    const state = State.take(join(folder, "state"), { stack: "dev", fresh: false });
    const before = process.env.TRIZONE_MODELS;
    process.env.TRIZONE_MODELS = models;
    try {
      const names = await modelBucket({ modelBucket: "models-b6e6d48" }, state);
      const url = rewriteNames("s3://models-b6e6d48", names);
      const bucket = bucketFolder(state.directory, "models-b6e6d48");
      assert.equal(fileURLToPath(url), bucket);
      assert.equal((await deployment(bucket)).current, "1.10.0");
      assert.equal(rewriteNames("s3://models-b6e6d48-2/x", names), "s3://models-b6e6d48-2/x");
    } finally {
      if (before === undefined) delete process.env.TRIZONE_MODELS;
      else process.env.TRIZONE_MODELS = before;
      await state.release();
    }
  });
});
