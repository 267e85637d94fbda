import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";
import { cloudTrailRecords } from "./bucket-policy.ts";
import { PrivateBucket, type PrivateBucketArgs, type PrivateBucketTransform } from "./private-bucket.ts";

export interface AuditArgs {
  region: string;
  account: pulumi.Input<string>;
  /** KMS key of the records, which CloudTrail may use too. */
  keyArn: pulumi.Input<string>;
  /** Name of the bucket that keeps a record of who reads the records. */
  accessLogs?: pulumi.Input<string>;
  /** ARNs of the buckets of which each object's reads and writes are recorded too. Costs by event. @default none */
  dataBuckets?: pulumi.Input<string>[];
  /** How long nobody can delete a record. @default seven years that bind the account's root too */
  lock?: PrivateBucketArgs["lock"];
  /** Guards against deletion. @default false */
  protect?: boolean;
  tags?: Record<string, string>;
  transform?: PrivateBucketTransform & { cloudTrail?: Transform<aws.cloudtrail.TrailArgs> };
}

/**
 * Days that financial records are kept: seven years, two leap days included (Corporations Act 2001 (Cth), s 286(2)).
 */
export const RECORD_DAYS = 7 * 365 + 2;

/**
 * Who did what in the account: CloudTrail for all regions, with digests that show a missing or changed record, in a
 * bucket whose records can't be deleted. Costs the bucket's storage; an account's first CloudTrail is free.
 *
 * @example new Audit("audit", { region, account, keyArn: keys.audit, dataBuckets: [models.arn] }, { provider })
 */
export class Audit extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly trailArn: pulumi.Output<string>;

  constructor(name: string, args: AuditArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:Audit", name, {}, opts);
    const { region, account, keyArn, tags, transform } = args;
    const trailName = `${pulumi.getProject()}-${pulumi.getStack()}`;
    const trailArn = pulumi.interpolate`arn:aws:cloudtrail:${region}:${account}:trail/${trailName}`;
    const bucket = new PrivateBucket(
      `${name}-records`,
      {
        region,
        keyArn,
        accessLogs: args.accessLogs,
        statements: cloudTrailRecords(account, trailArn),
        lock: args.lock ?? { mode: "COMPLIANCE", days: RECORD_DAYS },
        forceDestroy: !args.protect,
        protect: args.protect,
        tags,
        transform,
      },
      { parent: this },
    );
    const cloudTrail = new aws.cloudtrail.Trail(
      ...transformed(
        transform?.cloudTrail,
        `${name}-trail`,
        {
          region,
          name: trailName,
          s3BucketName: bucket.bucketName,
          kmsKeyId: keyArn,
          enableLogFileValidation: true,
          isMultiRegionTrail: true,
          includeGlobalServiceEvents: true,
          advancedEventSelectors: pulumi.all(args.dataBuckets ?? []).apply(eventSelectors),
          tags,
        },
        { parent: this, dependsOn: [bucket.policy], protect: args.protect },
      ),
    );
    this.bucketName = bucket.bucketName;
    this.trailArn = cloudTrail.arn;
    this.registerOutputs({ bucketName: this.bucketName, trailArn: this.trailArn });
  }
}

function eventSelectors(bucketArns: string[]) {
  const management = {
    name: "Management events",
    fieldSelectors: [{ field: "eventCategory", equals: ["Management"] }],
  };
  if (bucketArns.length === 0) return [management];
  const objects = {
    name: "Objects of the data buckets",
    fieldSelectors: [
      { field: "eventCategory", equals: ["Data"] },
      { field: "resources.type", equals: ["AWS::S3::Object"] },
      { field: "resources.ARN", startsWiths: bucketArns.map((arn) => `${arn}/`) },
    ],
  };
  return [management, objects];
}
