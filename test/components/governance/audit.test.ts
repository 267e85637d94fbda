import assert from "node:assert/strict";
import type { BucketStatement } from "../../../components/governance/bucket-policy.ts";
import { type Graph, reveal } from "../../../engine/index.ts";
import { graphOf, inputsOf, ofType } from "../../program/graphs.ts";

const KEY = "aws:kms/key:Key";
const BUCKET = "aws:s3/bucket:Bucket";

describe("keys, buckets and audit on the evaluated graph", () => {
  let dev: Graph;
  let prod: Graph;
  before(async () => {
    [dev, prod] = await Promise.all([graphOf("dev"), graphOf("prod")]);
  });
  const arnOf = (graph: Graph, type: string, name: string) =>
    ofType(graph, type).find((resource) => resource.name === name)?.outputs.arn;
  /** The inputs of what is set on a bucket, by the bucket's name. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reaches into what a resource happens to have
  const setOn = (graph: Graph, type: string): Map<string, any> =>
    new Map(ofType(graph, type).map(({ inputs }) => [String(inputs.bucket), reveal(inputs)]));

  it("has keys that rotate, each for services of this account alone", () => {
    const keys = ofType(prod, KEY).filter(({ name }) => name.startsWith("keys-"));
    assert.equal(keys.length, 5);
    for (const { inputs, options } of keys) {
      assert.deepEqual(
        [inputs.enableKeyRotation, inputs.deletionWindowInDays, options.protect],
        [true, 30, true],
      );
      const statements: BucketStatement[] = JSON.parse(String(inputs.policy)).Statement;
      const [own, ...services] = statements;
      assert.deepEqual(own?.Principal, { AWS: "arn:aws:iam::000000000000:root" });
      for (const { Sid, Condition } of services) assert.match(JSON.stringify(Condition), /000000000000/, Sid);
    }
  });

  it("lets CloudTrail describe its key and decrypt without the encryption context that only encrypting has", () => {
    const { policy } = inputsOf(prod, KEY, "keys-audit-key");
    const [encrypt, read, ...others] = JSON.parse(policy).Statement.slice(1);
    const trail = "arn:aws:cloudtrail:ap-southeast-2:000000000000:trail/trizone-prod";
    assert.equal(ofType(prod, "aws:cloudtrail/trail:Trail")[0]?.outputs.arn, trail);
    assert.deepEqual(
      [encrypt.Action, read.Action],
      [["kms:GenerateDataKey*"], ["kms:DescribeKey", "kms:Decrypt"]],
    );
    assert.deepEqual(encrypt.Condition, {
      StringEquals: { "aws:SourceArn": trail },
      StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:000000000000:trail/*" },
    });
    assert.deepEqual(read.Condition, { StringEquals: { "aws:SourceArn": trail } });
    assert.deepEqual(others, []);
    // KMS's DescribeKey takes no encryption context; CloudWatch Logs alone is documented with it all the same.
    for (const { name, inputs } of ofType(prod, KEY)) {
      if (name === "keys-logs-key") continue;
      for (const { Action, Condition, Sid } of JSON.parse(String(inputs.policy)).Statement) {
        if (!JSON.stringify(Condition ?? {}).includes("EncryptionContext")) continue;
        assert.ok(!Action.some((action: string) => /DescribeKey|Decrypt/.test(action)), `${name} ${Sid}`);
      }
    }
  });

  it("copies the records to an encrypted log group, by a role that only this trail takes", () => {
    const [trail] = ofType(prod, "aws:cloudtrail/trail:Trail");
    const group = ofType(prod, "aws:cloudwatch/logGroup:LogGroup").find(({ name }) => name === "audit-logs");
    const role = ofType(prod, "aws:iam/role:Role").find(({ name }) => name === "audit-role");
    assert.deepEqual(
      [trail?.inputs.cloudWatchLogsGroupArn, trail?.inputs.cloudWatchLogsRoleArn],
      [`${group?.outputs.arn}:*`, role?.outputs.arn],
    );
    assert.deepEqual(
      [group?.inputs.kmsKeyId, group?.inputs.retentionInDays],
      [arnOf(prod, KEY, "keys-logs-key"), 365],
    );
    const [trusted] = JSON.parse(String(role?.inputs.assumeRolePolicy)).Statement;
    assert.deepEqual(trusted.Principal, { Service: "cloudtrail.amazonaws.com" });
    assert.deepEqual(trusted.Condition, { StringEquals: { "aws:SourceArn": trail?.outputs.arn } });
    const { policy } = inputsOf(prod, "aws:iam/rolePolicy:RolePolicy", "audit-policy");
    assert.deepEqual(JSON.parse(policy).Statement, [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: [`${group?.outputs.arn}:log-stream:000000000000_CloudTrail_ap-southeast-2*`],
      },
    ]);
  });

  it("closes every bucket: private, no ACLs, versioned, encrypted, TLS only", () => {
    for (const graph of [dev, prod]) {
      const [blocks, owners, versions, encryptions, policies] = [
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketVersioning:BucketVersioning",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketPolicy:BucketPolicy",
      ].map((type) => setOn(graph, type));
      for (const { id = "", name } of ofType(graph, BUCKET)) {
        const { blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets } =
          blocks?.get(id) ?? {};
        assert.deepEqual(
          [blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets],
          [true, true, true, true],
          name,
        );
        assert.equal(owners?.get(id).rule.objectOwnership, "BucketOwnerEnforced", name);
        assert.equal(versions?.get(id).versioningConfiguration.status, "Enabled", name);
        const encryption = encryptions?.get(id)?.rules[0].applyServerSideEncryptionByDefault;
        assert.match(encryption.sseAlgorithm, /^(aws:kms|AES256)$/, name);
        const denied: BucketStatement[] = JSON.parse(policies?.get(id)?.policy).Statement.filter(
          ({ Effect }: BucketStatement) => Effect === "Deny",
        );
        assert.deepEqual(
          denied.map(({ Principal, Action, Condition }) => [
            Principal,
            Action,
            Object.keys(Condition ?? {})[0],
          ]),
          [
            ["*", "s3:*", "Bool"],
            ["*", "s3:*", "NumericLessThan"],
          ],
          name,
        );
      }
    }
  });

  it("encrypts models and records with the platform's keys, and logs who reads them", () => {
    const encryptions = setOn(
      prod,
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    );
    const loggings = setOn(prod, "aws:s3/bucketLogging:BucketLogging");
    const logs = ofType(prod, BUCKET).find(({ name }) => name === "bucket-logs-bucket")?.id;
    for (const [name, key] of [
      ["models-files-bucket", "keys-data-key"],
      ["audit-records-bucket", "keys-audit-key"],
    ] as const) {
      const id = ofType(prod, BUCKET).find((bucket) => bucket.name === name)?.id ?? "";
      const [rule] = encryptions.get(id).rules;
      assert.equal(rule.applyServerSideEncryptionByDefault.kmsMasterKeyId, arnOf(prod, KEY, key));
      assert.equal(loggings.get(id).targetBucket, logs);
    }
    assert.ok(
      ![...loggings.keys()].includes(logs ?? ""),
      "a bucket that logged its own logging would never end",
    );
  });

  it("records all regions with digests, and each access to a model", () => {
    const trail = inputsOf(prod, "aws:cloudtrail/trail:Trail");
    assert.deepEqual([trail.enableLogFileValidation, trail.isMultiRegionTrail], [true, true]);
    assert.equal(trail.kmsKeyId, arnOf(prod, KEY, "keys-audit-key"));
    const [, objects] = trail.advancedEventSelectors;
    const { startsWiths } = objects.fieldSelectors.find(
      ({ field }: { field: string }) => field === "resources.ARN",
    );
    assert.deepEqual(startsWiths, [`${arnOf(prod, BUCKET, "models-files-bucket")}/`]);
  });

  it("lets this trail alone write its records, once the bucket lets it", () => {
    const [trail] = ofType(prod, "aws:cloudtrail/trail:Trail");
    const records = ofType(prod, BUCKET).find(({ name }) => name === "audit-records-bucket")?.id ?? "";
    const { policy } = setOn(prod, "aws:s3/bucketPolicy:BucketPolicy").get(records);
    const allowed: BucketStatement[] = JSON.parse(policy).Statement.filter(
      ({ Effect }: BucketStatement) => Effect === "Allow",
    );
    assert.equal(allowed.length, 2);
    for (const { Principal, Condition } of allowed) {
      assert.deepEqual(Principal, { Service: "cloudtrail.amazonaws.com" });
      assert.equal(Condition?.StringEquals?.["aws:SourceArn"], trail?.outputs.arn);
    }
    const [written] = ofType(prod, "aws:s3/bucketPolicy:BucketPolicy").filter(
      ({ inputs }) => inputs.bucket === records,
    );
    assert.ok(trail?.dependencies.includes(written?.urn ?? ""));
  });

  it("locks the records for seven years on prod, for a day on dev, and for everybody only on purpose", async () => {
    const lock = (graph: Graph) => {
      const { rule } = inputsOf(
        graph,
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "audit-records-lock",
      );
      return [rule.defaultRetention.mode, rule.defaultRetention.days];
    };
    assert.deepEqual(
      [lock(prod), lock(dev)],
      [
        ["GOVERNANCE", 2557],
        ["GOVERNANCE", 1],
      ],
    );
    assert.deepEqual(lock(await graphOf("prod", "trizone:recordsLock=compliance")), ["COMPLIANCE", 2557]);
    const bucket = inputsOf(prod, BUCKET, "audit-records-bucket");
    assert.deepEqual([bucket.objectLockEnabled, bucket.forceDestroy], [true, false]);
  });

  it("sends alarms through an encrypted topic to whom the configuration names", async () => {
    assert.equal(inputsOf(prod, "aws:sns/topic:Topic").kmsMasterKeyId, arnOf(prod, KEY, "keys-alarms-key"));
    const statements: BucketStatement[] = JSON.parse(
      inputsOf(prod, "aws:sns/topicPolicy:TopicPolicy").policy,
    ).Statement;
    assert.ok(statements.every(({ Principal, Effect }) => Effect === "Deny" || Principal !== "*"));
    assert.ok(statements.some(({ Effect, Condition }) => Effect === "Deny" && Condition?.Bool));
    const notified = await graphOf("dev", 'trizone:alarmEmails=["oncall@broker.example"]');
    const { protocol, endpoint } = inputsOf(notified, "aws:sns/topicSubscription:TopicSubscription");
    assert.deepEqual([protocol, endpoint], ["email", "oncall@broker.example"]);
  });
});
