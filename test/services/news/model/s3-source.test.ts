import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { fetchModel } from "../../../../services/news/model/cache.ts";
import { ModelError } from "../../../../services/news/model/manifest.ts";
import { modelSource } from "../../../../services/news/model/source.ts";
import { onPath } from "../../../pulumi/cli.ts";
import { temporaryFolder } from "../models.ts";
import { TestS3 } from "./s3.ts";

const BUCKET = "models";
const MODEL = /\/1\.0\.0\/model\.onnx/;
const signal = () => AbortSignal.timeout(30_000);

const hasMoto = onPath("moto_server");
const title = hasMoto
  ? "models in an S3 bucket"
  : "models in an S3 bucket (skipped: moto_server is not on the PATH; .ci/run installs what pip has)";

(hasMoto ? describe : describe.skip)(title, function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const environment = { ...process.env };
  let s3: TestS3;
  let client: S3Client;
  let caches = 0;
  /** Fetches the version to an empty cache. */
  const fetchFresh = (version = "1.0.0", options = {}) => {
    caches += 1;
    const source = modelSource(`s3://${BUCKET}/news`, { readTimeoutMs: 500, backoffMs: 20, ...options });
    return fetchModel(source, version, `${folder()}/${caches}`, signal());
  };
  before(async () => {
    s3 = await TestS3.start();
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    Object.assign(process.env, {
      AWS_REGION: "ap-southeast-2",
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    });
    client = await s3.createBucket(BUCKET, "news/");
  });
  afterEach(() => {
    s3.fault = () => undefined;
    s3.requests.length = 0;
  });
  after(async () => {
    client.destroy();
    await s3.stop();
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    Object.assign(process.env, environment);
  });

  it("are listed, fetched and checked, with the deployment document", async () => {
    const source = modelSource(`s3://${BUCKET}/news/`);
    assert.deepEqual(await source.versions(signal()), ["1.0.0", "unigram"]);
    assert.equal((await fetchFresh("unigram")).labels.length, 4);
    assert.equal(await source.deployment(signal()), undefined);
    const tags = new Set<string>();
    for (const Body of ['{"current":"1.0.0"}', '{"current":"unigram"}']) {
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "news/deployment.json", Body }));
      const found = await source.deployment(signal());
      assert.equal(found?.text, Body);
      tags.add(found.tag);
    }
    assert.equal(tags.size, 2);
  });

  for (const by of ["stall", "reset"] as const)
    it(`go on where a ${by} in the middle of a file cut them off`, async () => {
      s3.fault = ({ url = "", headers }) =>
        MODEL.test(url) && !headers.range ? { after: 100_000, by } : undefined;
      await fetchFresh();
      const ranges = s3.requests.filter(({ path }) => MODEL.test(path)).map(({ range }) => range);
      assert.equal(ranges.length, 2);
      assert.match(ranges[1] ?? "", /^bytes=[1-9]\d*-$/);
    });

  it("are given up when a file stalls again and again without progress, and the bucket is named", async () => {
    s3.fault = ({ url = "" }) => (MODEL.test(url) ? { after: 0, by: "stall" } : undefined);
    await assert.rejects(
      fetchFresh("1.0.0", { attempts: 2 }),
      /s3:\/\/models\/news\/ sent nothing for 500 ms, after 2 tries/,
    );
  });

  it("are asked for again, with pauses that grow and differ, while S3 is unwell", async () => {
    let failures = 0;
    s3.fault = () => {
      failures += 1;
      return failures <= 4 ? { status: 503, code: "SlowDown" } : undefined;
    };
    await fetchFresh();
    failures = Number.NEGATIVE_INFINITY;
    s3.fault = () => ({ status: 503, code: "SlowDown" });
    s3.requests.length = 0;
    await assert.rejects(fetchFresh("1.0.0", { attempts: 3 }), /can't be read, after 3 tries/);
    assert.equal(s3.requests.length, 3);
  });

  it("aren't asked for again when access is denied", async () => {
    s3.fault = () => ({ status: 403, code: "AccessDenied" });
    await assert.rejects(fetchFresh(), { name: "AccessDenied" });
    assert.equal(s3.requests.length, 1);
  });

  it("are fetched with new credentials once the old ones have expired", async () => {
    const { server, url } = await startCredentials();
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = url;
    try {
      s3.fault = ({ headers }) =>
        headers.authorization?.includes("Credential=KEY1/")
          ? { status: 400, code: "ExpiredToken" }
          : undefined;
      assert.equal((await fetchFresh()).version, "1.0.0");
    } finally {
      delete process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI;
      Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
      server.close();
    }
  });

  it("are refused when the version disappears on the way, or was never there, and the file is named", async () => {
    await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: "news/unigram/tokenizer.json" }));
    await assert.rejects(fetchFresh("unigram"), (error) => {
      assert.ok(error instanceof ModelError, String(error));
      assert.equal(error.file, "tokenizer.json");
      assert.match(error.message, /is not in the bucket \(any more\)/);
      return true;
    });
    await assert.rejects(fetchFresh("9.9.9"), /manifest.json is not in the bucket: there is no such version/);
  });

  it("are refused when a file isn't what the manifest says", async () => {
    await client.send(
      new PutObjectCommand({ Bucket: BUCKET, Key: "news/1.0.0/tokenizer_config.json", Body: "{}" }),
    );
    await assert.rejects(fetchFresh(), /tokenizer_config.json is truncated: 2 of \d+ bytes/);
  });

  it("can't be read from where nobody listens: the tries end, and a signal ends them sooner", async () => {
    process.env.AWS_ENDPOINT_URL_S3 = "http://127.0.0.1:9";
    try {
      await assert.rejects(fetchFresh("1.0.0", { attempts: 2 }), /can't be read, after 2 tries/);
      const source = modelSource(`s3://${BUCKET}/news`);
      await assert.rejects(source.versions(AbortSignal.timeout(200)), { name: /Timeout|Abort/ });
    } finally {
      process.env.AWS_ENDPOINT_URL_S3 = s3.endpoint;
    }
  });
});

/** Gives credentials as EKS Pod Identity's agent does, other ones each time. */
async function startCredentials(): Promise<{ server: Server; url: string }> {
  let given = 0;
  const server = createServer((_, response) => {
    given += 1;
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        AccessKeyId: `KEY${given}`,
        SecretAccessKey: "secret",
        Token: "token",
        Expiration: new Date(Date.now() + 3_600_000).toISOString(),
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}
