import assert from "node:assert/strict";
import type { Resource } from "../../../engine/index.ts";
import { judgeBy, named, UNKNOWN } from "../pack.ts";

describe("policy buckets-guarded", () => {
  const judge = judgeBy("buckets-guarded");
  const bucket = named("models", "aws:s3/bucket:Bucket", {
    bucket: "models-1",
    arn: "arn:aws:s3:::models-1",
  });
  const deny = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: "*",
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  const policy = (statement: object) =>
    named("policy", "aws:s3/bucketPolicy:BucketPolicy", {
      bucket: "models-1",
      policy: JSON.stringify({ Statement: [statement] }),
    });
  const block = named("block", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {
    bucket: "models-1",
  });
  const encryption = named(
    "encryption",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    { bucket: UNKNOWN },
    { bucket: [bucket] },
  );

  it("accepts a bucket with its guards, by name or by where their values come from", async () => {
    assert.deepEqual(await judge(bucket, block, encryption, policy(deny)), []);
  });

  it("refuses one without them", async () => {
    const cases: [Resource[], RegExp][] = [
      [[encryption, policy(deny)], /models .*is not guarded: it has no BucketPublicAccessBlock\. Declare/],
      [[block, policy(deny)], /no BucketServerSideEncryptionConfiguration/],
      [[block, encryption], /no BucketPolicy denies/],
      [[block, encryption, policy({ ...deny, Effect: "Allow" })], /no BucketPolicy denies/],
      [
        [block, encryption, policy({ ...deny, Condition: { Bool: { "aws:SecureTransport": "true" } } })],
        /no BucketPolicy/,
      ],
      [
        [{ ...block, inputs: { bucket: "b" }, outputs: { bucket: "b" } }, encryption],
        /no BucketPublicAccess/,
      ],
    ];
    for (const [guards, reason] of cases) assert.match((await judge(bucket, ...guards)).join(), reason);
  });

  it("refuses copies to a bucket that it doesn't know", async () => {
    const replication = (to: string) =>
      named("copies", "aws:s3/bucketReplicationConfig:BucketReplicationConfig", {
        bucket: "models-1",
        rules: [{ destination: { bucket: to } }],
      });
    const whole = [bucket, block, encryption, policy(deny)];
    assert.deepEqual(await judge(...whole, replication("arn:aws:s3:::models-1")), []);
    const [message = ""] = await judge(...whole, replication("arn:aws:s3:::elsewhere"));
    assert.match(
      message,
      /copies .*rules\[0\]\.destination\.bucket copies to the bucket elsewhere, which this stack doesn't have/,
    );
  });
});
