import assert from "node:assert/strict";
import type { Resource } from "../../../engine/index.ts";
import { judgeBy, named } from "../pack.ts";

const ARN = "arn:aws:s3:::orders";
const PLAIN = { Bool: { "aws:SecureTransport": "false" } };
const DENY = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [ARN, `${ARN}/*`],
  Condition: PLAIN,
};

const bucket = named("orders", "aws:s3/bucket:Bucket", { bucket: "orders", arn: ARN });
const guards = [
  named("block", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", { bucket: "orders" }),
  named(
    "encryption",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    {
      bucket: "orders",
    },
  ),
];

/** What `buckets-guarded` says of a bucket with such statements in its policy. */
async function judged(...statements: object[]): Promise<string> {
  const policy = named("policy", "aws:s3/bucketPolicy:BucketPolicy", {
    bucket: "orders",
    policy: JSON.stringify({ Statement: statements }),
  });
  const all: Resource[] = [bucket, ...guards, policy];
  return (await judgeBy("buckets-guarded")(...all)).join();
}

describe("a bucket's denial of plain text", () => {
  it("counts in every spelling that covers everybody, every action, the bucket and its objects", async () => {
    const { Action: _, ...noAction } = DENY;
    const { Resource: __, ...noResource } = DENY;
    const rights: object[][] = [
      [DENY],
      [{ ...DENY, Principal: { AWS: ["*"] } }],
      [{ ...DENY, Action: "*" }],
      [{ ...DENY, Action: ["S3:?*"] }],
      [{ ...noAction, NotAction: "s3:ListAllMyBuckets" }],
      [{ ...DENY, Resource: "*" }],
      [{ ...DENY, Resource: `${ARN}*` }],
      [{ ...noResource, NotResource: "arn:aws:s3:::others/*" }],
      [
        { ...DENY, Resource: ARN },
        { ...DENY, Resource: `${ARN}/*` },
      ],
      [{ ...DENY, Condition: { bool: { "aws:securetransport": false } } }],
      [{ ...DENY, Condition: { BoolIfExists: { "aws:SecureTransport": ["false"] } } }],
      [{ ...DENY, Condition: { StringNotEquals: { "aws:SecureTransport": "true" } } }],
      [{ ...DENY, Condition: { NumericLessThanIfExists: { "s3:TlsVersion": "1.2" } } }],
    ];
    for (const statements of rights)
      assert.equal(await judged(...statements), "", JSON.stringify(statements));
  });

  it("doesn't count where it leaves somebody, something or a way out", async () => {
    const { Action: _, ...noAction } = DENY;
    const { Principal: __, ...noPrincipal } = DENY;
    const wrongs: object[][] = [
      [{ ...DENY, Resource: ARN }],
      [{ ...DENY, Resource: `${ARN}/*` }],
      [{ ...DENY, Resource: [ARN, `${ARN}/reports/*`] }],
      [{ ...DENY, Resource: ["arn:aws:s3:::others", "arn:aws:s3:::others/*"] }],
      [{ ...DENY, Principal: { AWS: "arn:aws:iam::000000000000:role/one" } }],
      [{ ...noPrincipal, NotPrincipal: { AWS: "arn:aws:iam::000000000000:role/one" } }],
      [{ ...DENY, Action: ["s3:GetObject", "s3:PutObject"] }],
      [{ ...noAction, NotAction: "s3:GetObject" }],
      [{ ...DENY, Condition: { ...PLAIN, IpAddress: { "aws:SourceIp": "192.0.2.1/32" } } }],
      [{ ...DENY, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } }],
      [{ ...DENY, Condition: { Bool: { "aws:SecureTransport": "true" } } }],
    ];
    for (const statements of wrongs) {
      assert.match(await judged(...statements), /no BucketPolicy denies/, JSON.stringify(statements));
    }
  });

  it("and encryption may stand in the bucket itself", async () => {
    const own = named("orders", "aws:s3/bucketV2:BucketV2", {
      bucket: "orders",
      policy: JSON.stringify({ Statement: DENY }),
      serverSideEncryptionConfigurations: [{ rules: [{}] }],
    });
    assert.deepEqual(await judgeBy("buckets-guarded")(own, ...guards.slice(0, 1)), []);
  });
});
