import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { check, type Transform, transformed } from "../arguments.ts";
import { type BucketStatement, tlsOnly } from "./bucket-policy.ts";

export interface PrivateBucketArgs {
  region: string;
  /** KMS key of the objects. @default S3's own, which the targets of access logs must have */
  keyArn?: pulumi.Input<string>;
  /** Statements of its policy for others than the account's roles, given the bucket's ARN. TLS is demanded of all. */
  statements?: (bucketArn: string) => pulumi.Input<BucketStatement[]>;
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

  readonly #name: string;
  readonly #args: PrivateBucketArgs;

  constructor(name: string, args: PrivateBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    check(`bucket ${name}`, [
      [(args.expireDays ?? 1) >= 1, "expireDays", "expected at least a day"],
      [!args.lock || args.lock.days >= 1, "lock.days", "expected at least a day"],
    ]);
    super("trizone:aws:PrivateBucket", name, {}, opts);
    this.#name = name;
    this.#args = args;
    const bucket = new aws.s3.Bucket(
      ...transformed(args.transform?.bucket, `${name}-bucket`, bucketArgs(args), {
        parent: this,
        protect: args.protect,
      }),
    );
    this.#settings(bucket.id);
    this.#versions(bucket.id);
    this.policy = this.#access(bucket);
    this.bucketName = bucket.bucket;
    this.arn = bucket.arn;
    this.registerOutputs({ bucketName: this.bucketName });
  }

  /** Who owns objects, how they are encrypted, and where accesses are recorded. */
  #settings(bucket: pulumi.Input<string>): void {
    const { region, keyArn, accessLogs: targetBucket, transform } = this.#args;
    const parent = { parent: this };
    const of = { region, bucket };
    const rule = { objectOwnership: "BucketOwnerEnforced" };
    new aws.s3.BucketOwnershipControls(
      ...transformed(transform?.ownership, `${this.#name}-ownership`, { ...of, rule }, parent),
    );
    const rules = [encryption(keyArn)];
    new aws.s3.BucketServerSideEncryptionConfiguration(
      ...transformed(transform?.encryption, `${this.#name}-encryption`, { ...of, rules }, parent),
    );
    if (!targetBucket) return;
    const logging = { ...of, targetBucket, targetPrefix: `${this.#name}/` };
    new aws.s3.BucketLogging(...transformed(transform?.logging, `${this.#name}-logging`, logging, parent));
  }

  /** Versions of objects, and how long they stay. */
  #versions(bucket: pulumi.Input<string>): void {
    const { region, lock, transform } = this.#args;
    const of = { region, bucket };
    const versioningConfiguration = { status: "Enabled" };
    const versioning = new aws.s3.BucketVersioning(
      ...transformed(
        transform?.versioning,
        `${this.#name}-versioning`,
        { ...of, versioningConfiguration },
        { parent: this },
      ),
    );
    const options = { parent: this, dependsOn: [versioning] };
    const rules = [lifecycle(this.#args)];
    new aws.s3.BucketLifecycleConfiguration(
      ...transformed(transform?.lifecycle, `${this.#name}-lifecycle`, { ...of, rules }, options),
    );
    if (!lock) return;
    const rule = { defaultRetention: { mode: lock.mode, days: lock.days } };
    new aws.s3.BucketObjectLockConfiguration(
      ...transformed(transform?.lock, `${this.#name}-lock`, { ...of, rule }, options),
    );
  }

  /** No public access, and the policy: TLS only, and the given statements. */
  #access(bucket: aws.s3.Bucket): aws.s3.BucketPolicy {
    const { region, statements, transform } = this.#args;
    const of = { region, bucket: bucket.id };
    const closed = new aws.s3.BucketPublicAccessBlock(
      ...transformed(
        transform?.publicAccessBlock,
        `${this.#name}-public-access-block`,
        {
          ...of,
          blockPublicAcls: true,
          blockPublicPolicy: true,
          ignorePublicAcls: true,
          restrictPublicBuckets: true,
        },
        { parent: this },
      ),
    );
    const policy = bucket.arn.apply((arn) =>
      pulumi
        .output(statements?.(arn) ?? [])
        .apply((own) => JSON.stringify({ Version: "2012-10-17", Statement: [...tlsOnly(arn), ...own] })),
    );
    return new aws.s3.BucketPolicy(
      // S3 refuses two changes of a bucket's access at a time.
      ...transformed(
        transform?.policy,
        `${this.#name}-policy`,
        { ...of, policy },
        { parent: this, dependsOn: [closed] },
      ),
    );
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
