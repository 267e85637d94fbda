// A data pipeline: files arrive in a bucket, a function checks them, Glue makes tables of them, DynamoDB keeps the state.
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const tags = { DataSovereignty: "AU", Compliance: "ASIC", Team: "risk" };
const key = new aws.kms.Key("pipeline", { enableKeyRotation: true, tags });

function bucket(name: string): aws.s3.Bucket {
  const made = new aws.s3.Bucket(name, { tags });
  new aws.s3.BucketPublicAccessBlock(name, {
    bucket: made.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new aws.s3.BucketServerSideEncryptionConfiguration(name, {
    bucket: made.id,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn } }],
  });
  new aws.s3.BucketVersioning(name, { bucket: made.id, versioningConfiguration: { status: "Enabled" } });
  new aws.s3.BucketPolicy(name, {
    bucket: made.id,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [made.arn, pulumi.interpolate`${made.arn}/*`],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    }),
  });
  return made;
}

const [landing, curated] = [bucket("landing"), bucket("curated")];
const assume = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

/** A policy document with a statement for each resource. */
const allow = (...grants: [actions: string[], resource: pulumi.Input<string>][]) =>
  pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: grants.map(([Action, Resource]) => ({ Effect: "Allow", Action, Resource })),
  });

const state = new aws.dynamodb.Table("state", {
  hashKey: "file",
  attributes: [{ name: "file", type: "S" }],
  billingMode: "PAY_PER_REQUEST",
  pointInTimeRecovery: { enabled: true },
  deletionProtectionEnabled: true,
  serverSideEncryption: { enabled: true, kmsKeyArn: key.arn },
  tags,
});
const dead = new aws.sqs.Queue("arrived-dead", {
  sqsManagedSseEnabled: true,
  messageRetentionSeconds: 1_209_600,
  tags,
});
const arrived = new aws.sqs.Queue("arrived", {
  kmsMasterKeyId: key.arn,
  visibilityTimeoutSeconds: 360,
  redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 5 }),
  tags,
});
new aws.s3.BucketNotification("landing", {
  bucket: landing.id,
  queues: [{ queueArn: arrived.arn, events: ["s3:ObjectCreated:*"] }],
});

const role = new aws.iam.Role("check", { assumeRolePolicy: assume("lambda.amazonaws.com"), tags });
const logs = new aws.cloudwatch.LogGroup("check", {
  name: "/aws/lambda/check",
  kmsKeyId: key.arn,
  retentionInDays: 365,
  tags,
});
new aws.iam.RolePolicy("check", {
  role: role.id,
  policy: allow(
    [["s3:GetObject"], pulumi.interpolate`${landing.arn}/*`],
    [["s3:PutObject"], pulumi.interpolate`${curated.arn}/*`],
    [["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], state.arn],
    [["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], arrived.arn],
    [["kms:Decrypt", "kms:GenerateDataKey"], key.arn],
    [["logs:CreateLogStream", "logs:PutLogEvents"], pulumi.interpolate`${logs.arn}:*`],
  ),
});
const check = new aws.lambda.Function("check", {
  role: role.arn,
  runtime: "nodejs22.x",
  handler: "index.handler",
  architectures: ["arm64"],
  code: new pulumi.asset.AssetArchive({
    "index.js": new pulumi.asset.StringAsset("exports.handler = async () => {};"),
  }),
  timeout: 60,
  kmsKeyArn: key.arn,
  environment: {
    variables: { STATE_TABLE: state.name, CURATED_BUCKET: curated.id, TOKEN_CACHE_SECONDS: "300" },
  },
  tracingConfig: { mode: "Active" },
  tags,
});
new aws.lambda.EventSourceMapping("check", {
  eventSourceArn: arrived.arn,
  functionName: check.arn,
  batchSize: 10,
  tags,
});

const glueRole = new aws.iam.Role("glue", { assumeRolePolicy: assume("glue.amazonaws.com"), tags });
new aws.iam.RolePolicy("glue", {
  role: glueRole.id,
  policy: allow(
    [["s3:GetObject", "s3:PutObject"], pulumi.interpolate`${curated.arn}/*`],
    [["s3:ListBucket"], curated.arn],
  ),
});
const security = new aws.glue.SecurityConfiguration("glue", {
  encryptionConfiguration: {
    cloudwatchEncryption: { cloudwatchEncryptionMode: "SSE-KMS", kmsKeyArn: key.arn },
    jobBookmarksEncryption: { jobBookmarksEncryptionMode: "CSE-KMS", kmsKeyArn: key.arn },
    s3Encryption: { s3EncryptionMode: "SSE-KMS", kmsKeyArn: key.arn },
  },
});
const catalog = new aws.glue.CatalogDatabase("risk", { name: "risk", tags });
new aws.glue.Job("tables", {
  roleArn: glueRole.arn,
  glueVersion: "5.0",
  workerType: "G.1X",
  numberOfWorkers: 4,
  securityConfiguration: security.name,
  command: { name: "glueetl", scriptLocation: pulumi.interpolate`s3://${curated.id}/jobs/tables.py` },
  defaultArguments: {
    "--job-bookmark-option": "job-bookmark-enable",
    "--database": catalog.name,
    "--secret_id": "risk/warehouse",
  },
  tags,
});
