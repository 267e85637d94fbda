import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { check } from "../check.ts";
import { type Transform, transformed } from "../transform.ts";
import { type Statement, tlsOnly } from "./bucket-policy.ts";

export interface PrivateBucketArgs {
  region: string;
  /** KMS key of the objects. @default S3's own, which the targets of access logs must have */
  keyArn?: pulumi.Input<string>;
  /** Who may what beside the account's roles, given the bucket's ARN. All of it over TLS only. */
  statements?: (bucketArn: string) => pulumi.Input<Statement[]>;
  /** Name of the bucket that keeps a record of every access. @default no record */
  accessLogs?: pulumi.Input<string>;
  /** Days after which objects are deleted. @default never */
  expireDays?: number;
  /** Days in which no version can be deleted; `COMPLIANCE` binds the account's root too. @default no lock */
  lock?: { mode: "COMPLIANCE" | "GOVERNANCE"; days: number };
  /** Lets the stack delete the bucket with what is in it. @default false */
  forceDestroy?: boolean;
  protect?: boolean;
  tags?: Record<string, string>;
  transform?: PrivateBucketTransform;
}

export interface PrivateBucketTransform {
  bucket?: Transform<aws.s3.BucketArgs>;
  publicAccessBlock?: Transform<aws.s3.BucketPublicAccessBlockArgs>;
  ownership?: Transform<aws.s3.BucketOwnershipControlsArgs>;
  versioning?: Transform<aws.s3.BucketVersioningArgs>;
  encryption?: Transform<aws.s3.BucketServerSideEncryptionConfigurationArgs>;
  lifecycle?: Transform<aws.s3.BucketLifecycleConfigurationArgs>;
  lock?: Transform<aws.s3.BucketObjectLockConfigurationArgs>;
  logging?: Transform<aws.s3.BucketLoggingArgs>;
  policy?: Transform<aws.s3.BucketPolicyArgs>;
}

/** Days that an overwritten or deleted object can be brought back. */
const UNDO_DAYS = 90;

/**
 * A bucket that nobody outside the account reaches: no public access, no ACLs, TLS only, encrypted, versioned. Costs
 * its storage and requests.
 *
 * @example new PrivateBucket("access-logs", { region, expireDays: 400, statements: s3AccessLogs(account) }, { provider })
 */
export class PrivateBucket extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** What a writer waits for: before, the bucket refuses it. */
  readonly policy: aws.s3.BucketPolicy;

  constructor(name: string, args: PrivateBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    const { region, lock, transform } = args;
    check(`bucket ${name}`, [
      [(args.expireDays ?? 1) >= 1, "expireDays", "expected at least a day"],
      [!lock || lock.days >= 1, "lock.days", "expected at least a day"],
    ]);
    super("trizone:aws:PrivateBucket", name, {}, opts);
    const parent = { parent: this };
    const bucket = new aws.s3.Bucket(
      ...transformed(transform?.bucket, `${name}-bucket`, bucketArgs(args), {
        ...parent,
        protect: args.protect,
      }),
    );
    const of = { region, bucket: bucket.id };
    const closed = new aws.s3.BucketPublicAccessBlock(
      ...transformed(
        transform?.publicAccessBlock,
        `${name}-public-access-block`,
        {
          ...of,
          blockPublicAcls: true,
          blockPublicPolicy: true,
          ignorePublicAcls: true,
          restrictPublicBuckets: true,
        },
        parent,
      ),
    );
    new aws.s3.BucketOwnershipControls(
      ...transformed(
        transform?.ownership,
        `${name}-ownership`,
        { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } },
        parent,
      ),
    );
    const versioning = new aws.s3.BucketVersioning(
      ...transformed(
        transform?.versioning,
        `${name}-versioning`,
        { ...of, versioningConfiguration: { status: "Enabled" } },
        parent,
      ),
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      ...transformed(
        transform?.encryption,
        `${name}-encryption`,
        { ...of, rules: [encryption(args.keyArn)] },
        parent,
      ),
    );
    const afterVersioning = { parent: this, dependsOn: [versioning] };
    new aws.s3.BucketLifecycleConfiguration(
      ...transformed(
        transform?.lifecycle,
        `${name}-lifecycle`,
        { ...of, rules: [lifecycle(args)] },
        afterVersioning,
      ),
    );
    if (lock) {
      const rule = { defaultRetention: { mode: lock.mode, days: lock.days } };
      new aws.s3.BucketObjectLockConfiguration(
        ...transformed(transform?.lock, `${name}-lock`, { ...of, rule }, afterVersioning),
      );
    }
    if (args.accessLogs) {
      const target = { targetBucket: args.accessLogs, targetPrefix: `${name}/` };
      new aws.s3.BucketLogging(
        ...transformed(transform?.logging, `${name}-logging`, { ...of, ...target }, parent),
      );
    }
    const policy = bucket.arn.apply((arn) =>
      pulumi
        .output(args.statements?.(arn) ?? [])
        .apply((own) => JSON.stringify({ Version: "2012-10-17", Statement: [...tlsOnly(arn), ...own] })),
    );
    this.policy = new aws.s3.BucketPolicy(
      // S3 refuses two changes of a bucket's access at a time.
      ...transformed(
        transform?.policy,
        `${name}-policy`,
        { ...of, policy },
        { parent: this, dependsOn: [closed] },
      ),
    );
    this.bucketName = bucket.bucket;
    this.arn = bucket.arn;
    this.registerOutputs({ bucketName: this.bucketName });
  }
}

function bucketArgs({ region, tags, lock, forceDestroy }: PrivateBucketArgs): aws.s3.BucketArgs {
  return { region, tags, forceDestroy: forceDestroy ?? false, ...(lock ? { objectLockEnabled: true } : {}) };
}

/** A bucket key spares KMS a request for each object. */
function encryption(keyArn: pulumi.Input<string> | undefined) {
  if (!keyArn) return { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } };
  const byDefault = { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn };
  return { applyServerSideEncryptionByDefault: byDefault, bucketKeyEnabled: true };
}

function lifecycle({ expireDays }: PrivateBucketArgs) {
  return {
    id: "tidy",
    status: "Enabled",
    filter: { prefix: "" },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    noncurrentVersionExpiration: { noncurrentDays: UNDO_DAYS },
    ...(expireDays ? { expiration: { days: expireDays } } : {}),
  };
}
