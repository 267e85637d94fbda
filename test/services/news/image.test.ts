import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { imageOf } from "../../support/pod.ts";
import { copyModels, temporaryFolder } from "./models.ts";

const run = promisify(execFile);

describe("the image of news", function () {
  this.timeout(180_000);
  const folder = temporaryFolder();

  it("has the worker threads' programs, and ONNX Runtime's library for this platform only", async () => {
    const image = await imageOf("news");
    const files = await readdir(image);
    for (const name of ["main.js", "init.js", "read-worker.js", "tokenize-worker.js", "infer-worker.js"])
      assert.ok(files.includes(name), `${name} is missing`);
    const libraries = join(image, "node_modules/onnxruntime-node/bin/napi-v6");
    assert.deepEqual(await readdir(libraries), [process.platform]);
    assert.deepEqual(await readdir(join(libraries, process.platform)), [process.arch]);
  });

  const init = async (env: Record<string, string>) =>
    run(process.execPath, [join(await imageOf("news"), "init.js")], {
      cwd: folder(),
      env: { SERVICE: "news", POD_NAME: "news-1", ZONE: "a", MODEL_CACHE: join(folder(), "cache"), ...env },
      timeout: 60_000,
    });

  it("fetches the current version before the service starts", async () => {
    const MODEL_URL = await copyModels(join(folder(), "bucket"));
    await writeFile(join(folder(), "bucket/deployment.json"), '{"current":"1.0.0"}');
    const { stdout } = await init({ MODEL_URL });
    assert.match(stdout, /a model is in the cache/);
    assert.deepEqual(await readdir(join(folder(), "cache")), ["1.0.0"]);
  });

  it("tries again while there is no bucket, and ends with 1 when time is up", async () => {
    await assert.rejects(
      init({ MODEL_URL: "file:///does/not/exist", MODEL_INIT_TIMEOUT_MS: "800" }),
      (error: { code: number; stdout: string }) => {
        assert.equal(error.code, 1);
        assert.match(error.stdout, /"level":"warn".*trying again/);
        assert.match(error.stdout, /"level":"fatal".*no model could be fetched/);
        return true;
      },
    );
  });

  it("fetches the previous version where the current one is wrong", async () => {
    const MODEL_URL = await copyModels(join(folder(), "fallback"));
    await cp(join(folder(), "fallback/1.0.0"), join(folder(), "fallback/2.0.0"), { recursive: true });
    await writeFile(join(folder(), "fallback/2.0.0/model.onnx"), "short");
    await writeFile(
      join(folder(), "fallback/deployment.json"),
      JSON.stringify({ current: "2.0.0", previous: "1.0.0" }),
    );
    const { stdout } = await init({ MODEL_URL, MODEL_CACHE: join(folder(), "third") });
    assert.match(stdout, /"level":"error".*the previous one is fetched instead/);
    assert.deepEqual(await readdir(join(folder(), "third")), ["1.0.0"]);
  });

  it("ends at once with 1 when the current version is wrong and there is no other", async () => {
    const MODEL_URL = await copyModels(join(folder(), "wrong"));
    await writeFile(join(folder(), "wrong/deployment.json"), '{"current":"1.0.0"}');
    await writeFile(join(folder(), "wrong/1.0.0/model.onnx"), "short");
    await assert.rejects(
      init({ MODEL_URL, MODEL_CACHE: join(folder(), "other") }),
      (error: { code: number; stdout: string }) => {
        assert.equal(error.code, 1);
        assert.match(error.stdout, /model.onnx is truncated/);
        assert.doesNotMatch(error.stdout, /trying again/);
        return true;
      },
    );
  });
});
