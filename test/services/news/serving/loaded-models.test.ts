import assert from "node:assert/strict";
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Hono } from "hono";
import { pino } from "pino";
import { Registry } from "prom-client";
import { createApi } from "../../../../services/kit/http/api.ts";
import { modelSource } from "../../../../services/news/model/source.ts";
import { addModelsRoute, Models } from "../../../../services/news/models-route.ts";
import {
  addModelRoutes,
  followDeployment,
  type ModelReport,
  type ModelVersions,
} from "../../../../services/news/serving/index.ts";
import { NewsMetrics, PredictionWatch } from "../../../../services/news/watch/index.ts";
import { until } from "./scripted.ts";

const MODEL = fileURLToPath(new URL("../models/1.0.0", import.meta.url));

describe("model versions of ONNX files", function () {
  this.timeout(120_000);
  let root: string;
  let bucket: string;
  let versions: ModelVersions;
  const admin = new Hono();
  let revision = 0;

  const deploy = async (change: object) => {
    revision += 1;
    const document = { schema: 1, revision, at: "2026-11-29T00:00:00Z", by: "test", ...change };
    await writeFile(join(bucket, "deployment.json"), JSON.stringify(document));
  };
  const report = async () => (await (await admin.request("/model")).json()) as ModelReport;
  const stateOf = async (version: string) => (await report()).versions.find((one) => one.version === version);
  const eventually = async (holds: () => boolean, what: string) => {
    for (let i = 0; i < 8 && !holds(); i += 1) await until(holds, what).catch(() => undefined);
    assert.ok(holds(), `${what}: ${JSON.stringify(await report())}`);
  };

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "trizone-versions-"));
    bucket = join(root, "bucket");
    await mkdir(bucket);
    for (const version of ["1.0.0", "1.1.0", "2.0.0"]) {
      await cp(MODEL, join(bucket, version), { recursive: true });
      const path = join(bucket, version, "manifest.json");
      await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, "utf8")), version }));
    }
    await appendFile(join(bucket, "2.0.0", "model.onnx"), "x");
    await deploy({ current: "1.0.0" });
    const metrics = new NewsMetrics(new Registry());
    const log = pino({ level: "silent" });
    versions = followDeployment({
      source: modelSource(pathToFileURL(bucket).href),
      cacheDirectory: join(root, "cache"),
      threads: 1,
      queueTexts: 256,
      log,
      metrics,
      watch: new PredictionWatch({ metrics, log }),
      pollMs: 20,
    });
    addModelRoutes(admin, versions);
  });
  after(async () => {
    await versions.close();
    await rm(root, { recursive: true });
  });

  it("are shown to operators as the API's document says", async () => {
    await eventually(() => versions.report().serving === "1.0.0", "the first version");
    const api = createApi("test");
    addModelsRoute(api, () => versions.report());
    const shown: unknown = await (await api.request("/api/models")).json();
    assert.deepEqual(Models.parse(shown), shown);
    const [version] = Models.parse(shown).versions;
    assert.deepEqual([version?.version, version?.state], ["1.0.0", "ready"]);
    assert.ok(version?.created);
  });

  it("load, switch and roll back under load, and refuse a corrupt one: no analysis fails", async () => {
    await eventually(() => versions.ready() === undefined, "ready");
    let isOn = true;
    const seen = new Set<string>();
    const clients = Promise.all(
      Array.from({ length: 4 }, async (_, client) => {
        for (let i = 0; isOn; i += 1) {
          const { version, predictions } = await versions.analyze(`user-${client}`, [
            `Profit rises for the ${i}. time`,
          ]);
          assert.equal(predictions.length, 1);
          seen.add(version);
        }
      }),
    );
    await deploy({ current: "1.1.0", previous: "1.0.0" });
    await eventually(() => seen.has("1.1.0"), "the switch");
    await deploy({ current: "2.0.0", previous: "1.1.0" });
    await eventually(
      () => versions.report().versions.some(({ state }) => state === "refused"),
      "the refusal",
    );
    assert.match((await stateOf("2.0.0"))?.reason ?? "", /model\.onnx is longer than its 192959 bytes/);
    assert.equal((await report()).serving, "1.1.0");
    await deploy({ current: "1.1.0", previous: "1.0.0" });
    await deploy({ current: "1.0.0", previous: "1.1.0" });
    await eventually(() => versions.report().serving === "1.0.0", "the rollback");
    isOn = false;
    await clients;
    assert.deepEqual([...seen].sort(), ["1.0.0", "1.1.0"]);
  });
});
