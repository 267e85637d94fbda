import assert from "node:assert/strict";
import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ModelBucket } from "../../../ops/platform/model-bucket.ts";
import { promoted, rolledBack } from "../../../ops/platform/model-deployment.ts";
import { fetchModel } from "../../../services/news/model/cache.ts";
import { onPath } from "../../pulumi/cli.ts";
import { TestS3 } from "../../services/news/model/s3.ts";

const MODEL = fileURLToPath(new URL("../../services/news/models/1.0.0", import.meta.url));
const signal = () => AbortSignal.timeout(120_000);

/** A copy of the tiny model under another version. */
async function modelFolder(root: string, version: string, more = ""): Promise<string> {
  const folder = join(root, `folder-${version}${more}`);
  await cp(MODEL, folder, { recursive: true });
  const path = join(folder, "manifest.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ ...manifest, version }));
  return folder;
}

/** The same of each kind of bucket. */
function behaves(open: () => Promise<ModelBucket>): void {
  let root: string;
  let bucket: ModelBucket;
  before(async function () {
    this.timeout(120_000);
    root = await mkdtemp(join(tmpdir(), "trizone-model-bucket-"));
    bucket = await open();
  });
  after(() => rm(root, { recursive: true }));

  it("takes a version once, as pods can fetch it", async () => {
    const folder = await modelFolder(root, "1.0.0");
    assert.equal((await bucket.publish(folder, signal())).isNew, true);
    assert.equal((await bucket.publish(folder, signal())).isNew, false);
    assert.deepEqual(await bucket.source.versions(signal()), ["1.0.0"]);
    const fetched = await fetchModel(bucket.source, "1.0.0", join(root, "cache"), signal());
    assert.deepEqual(fetched.labels, ["negative", "neutral", "positive"]);
  });

  it("refuses another version of the same name, and a folder whose files aren't those of the manifest", async () => {
    const other = await modelFolder(root, "1.0.0", "-other");
    const path = join(other, "manifest.json");
    const manifest = JSON.parse(await readFile(path, "utf8"));
    delete manifest.files["tokenizer_config.json"];
    await writeFile(path, JSON.stringify(manifest));
    await assert.rejects(
      bucket.publish(other, signal()),
      /has another 1.0.0 already, and versions never change/,
    );
    const damaged = await modelFolder(root, "6.6.6");
    await appendFile(join(damaged, "model.onnx"), "x");
    await assert.rejects(bucket.publish(damaged, signal()), /Model 6.6.6: model.onnx has 192960 bytes/);
    await assert.rejects(bucket.publish(root, signal()), /has no manifest.json/);
    assert.deepEqual(await bucket.source.versions(signal()), ["1.0.0"]);
  });

  it("has its document changed revision by revision", async () => {
    await bucket.publish(await modelFolder(root, "1.1.0"), signal());
    const first = await bucket.change("anna", (before) => promoted(before, "1.0.0"), signal());
    assert.deepEqual([first.before, first.after.revision, first.after.by], [undefined, 1, "anna"]);
    await bucket.change("ben", (before) => promoted(before, "1.1.0"), signal());
    const { before, after } = await bucket.change("anna", rolledBack, signal());
    assert.deepEqual([before?.current, after.current, after.revision], ["1.1.0", "1.0.0", 3]);
    assert.deepEqual((await bucket.read(signal()))?.deployment, after);
  });

  it("loses no change of several at the same time: each is written, or refused", async () => {
    const { revision = 0 } = (await bucket.read(signal()))?.deployment ?? {};
    const names = ["anna", "ben", "carla", "dan", "eve", "finn"];
    const done = await Promise.allSettled(names.map((by) => bucket.change(by, rolledBack, signal())));
    const written = done.flatMap((one) => (one.status === "fulfilled" ? [one.value.after] : []));
    const refused = done.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
    for (const reason of refused)
      assert.match(reason, /changed the deployment at the same time, to revision \d+/);
    const revisions = written.map((one) => one.revision).sort((one, other) => one - other);
    assert.deepEqual(
      revisions,
      revisions.map((_, i) => revision + 1 + i),
    );
    assert.ok(revisions.length >= 1);
    const now = (await bucket.read(signal()))?.deployment;
    assert.deepEqual(
      now,
      written.find((one) => one.revision === revisions.at(-1)),
    );
  });
}

describe("the model bucket as a folder", () => {
  let folder: string;
  behaves(async () => {
    folder = await mkdtemp(join(tmpdir(), "trizone-bucket-"));
    return new ModelBucket(pathToFileURL(folder).href);
  });
  after(async () => {
    assert.deepEqual(
      (await readdir(folder)).sort(),
      ["1.0.0", "1.1.0", "deployment.json"],
      "nothing unfinished",
    );
    await rm(folder, { recursive: true });
  });
});

const hasMoto = onPath("moto_server");
const title = hasMoto
  ? "the model bucket in S3"
  : "the model bucket in S3 (skipped: moto_server is not on the PATH; .ci/run installs what pip has)";

(hasMoto ? describe : describe.skip)(title, () => {
  const environment = { ...process.env };
  let s3: TestS3;
  behaves(async () => {
    s3 = await TestS3.start();
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_REGION: "ap-southeast-2",
    });
    (await s3.createBucket("models", "others/")).destroy();
    return new ModelBucket("s3://models/news");
  });
  after(async () => {
    await s3.stop();
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    Object.assign(process.env, environment);
  });
});
