import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { check } from "./check.ts";
import { type Transform, transformed } from "./transform.ts";

export interface AccessLogsArgs {
  region: string;
  /** Account whose balancers write here. */
  account: pulumi.Input<string>;
  /** Days that a log is kept; 2,557 are the seven years that financial records must be (Corporations Act s 286). @default 2557 */
  days?: number;
  /** Keeps the bucket when the stack goes. @default false */
  protect?: boolean;
  tags?: Record<string, string>;
  transform?: { bucket?: Transform<aws.s3.BucketArgs> };
}

/**
 * The bucket of the load balancers' access logs: private, TLS only, encrypted with S3's own keys, the only ones that
 * balancers can write with. Costs its storage.
 *
 * @example new AccessLogs("access-logs", { region, account }, { provider })
 */
export class AccessLogs extends pulumi.ComponentResource {
  /** Known once balancers may write to it. */
  readonly bucketName: pulumi.Output<string>;

  constructor(name: string, args: AccessLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { days = 2557, region, tags, protect, account } = args;
    check(`access logs ${name}`, [
      [Number.isInteger(days) && days >= 1, "days", "expected a whole number of at least 1"],
    ]);
    super("trizone:aws:AccessLogs", name, {}, opts);
    const parent = { parent: this };
    const { id: bucket, arn } = new aws.s3.Bucket(
      ...transformed(
        args.transform?.bucket,
        `${name}-bucket`,
        { region, tags, forceDestroy: !protect },
        { ...parent, protect },
      ),
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { region, bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      parent,
    );
    const block = new aws.s3.BucketPublicAccessBlock(
      `${name}-public-access-block`,
      {
        region,
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      parent,
    );
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { region, bucket, rules: [{ id: "expire", status: "Enabled", filter: {}, expiration: { days } }] },
      parent,
    );
    const policy = new aws.s3.BucketPolicy(
      `${name}-policy`,
      {
        region,
        bucket,
        policy: pulumi.all([arn, account]).apply(([arn, account]) => document(arn, account)),
      },
      // S3 takes one change of a bucket's access at a time.
      { ...parent, dependsOn: [block] },
    );
    this.bucketName = policy.bucket;
    this.registerOutputs({ bucketName: this.bucketName });
  }
}

/** Elastic Load Balancing's log delivery may write this account's logs, by their path; nobody may come without TLS. */
function document(arn: string, account: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "LogDelivery",
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: `${arn}/*/AWSLogs/${account}/*`,
      },
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
}
