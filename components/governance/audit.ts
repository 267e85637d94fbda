import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Transform, transformed } from "../arguments.ts";
import { cloudTrailRecords } from "./bucket-policy.ts";
import { trailName } from "./key.ts";
import { PrivateBucket, type PrivateBucketArgs, type PrivateBucketTransform } from "./private-bucket.ts";

export interface AuditArgs {
  region: string;
  account: pulumi.Input<string>;
  /** KMS key of the records, which CloudTrail may use too. */
  keyArn: pulumi.Input<string>;
  /** KMS key of their copy in CloudWatch Logs, which may use it too. */
  logsKeyArn: pulumi.Input<string>;
  /** Days that the copy can be searched; one of the numbers that CloudWatch Logs takes. @default 365 */
  logDays?: number;
  /** Name of the bucket that keeps a record of who reads the records. */
  accessLogs?: pulumi.Input<string>;
  /** ARNs of the buckets of which each object's reads and writes are recorded too. Costs by event. @default none */
  dataBuckets?: pulumi.Input<string>[];
  /** How long nobody can delete a record. @default seven years, which the account's administrators can lift */
  lock?: PrivateBucketArgs["lock"];
  /** Guards against deletion. @default false */
  protect?: boolean;
  tags?: Record<string, string>;
  transform?: PrivateBucketTransform & {
    cloudTrail?: Transform<aws.cloudtrail.TrailArgs>;
    logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
  };
}

/**
 * Days that financial records are kept: seven years, two leap days included (Corporations Act 2001 (Cth), s 286(2)).
 */
export const RECORD_DAYS = 7 * 365 + 2;

/**
 * Who did what in the account: CloudTrail for all regions, with digests that show a missing or changed record, in a
 * bucket whose records can't be deleted, and for a year in a log group where they can be searched and watched. Costs
 * the bucket's storage and the logs by volume; an account's first CloudTrail is free.
 *
 * @example new Audit("audit", { region, account, keyArn: keys.audit, logsKeyArn: keys.logs, dataBuckets: [models.arn] }, { provider })
 */
export class Audit extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly trailArn: pulumi.Output<string>;

  constructor(name: string, args: AuditArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:Audit", name, {}, opts);
    const { region, account, keyArn, tags, transform } = args;
    const trailArn = pulumi.interpolate`arn:aws:cloudtrail:${region}:${account}:trail/${trailName()}`;
    const bucket = new PrivateBucket(
      `${name}-records`,
      {
        region,
        keyArn,
        accessLogs: args.accessLogs,
        statements: cloudTrailRecords(account, trailArn),
        lock: args.lock ?? { mode: "GOVERNANCE", days: RECORD_DAYS },
        forceDestroy: !args.protect,
        protect: args.protect,
        tags,
        transform,
      },
      { parent: this },
    );
    const logs = this.#logs(name, args, trailArn);
    const cloudTrail = new aws.cloudtrail.Trail(
      ...transformed(
        transform?.cloudTrail,
        `${name}-trail`,
        {
          region,
          name: trailName(),
          s3BucketName: bucket.bucketName,
          kmsKeyId: keyArn,
          cloudWatchLogsGroupArn: pulumi.interpolate`${logs.group.arn}:*`,
          cloudWatchLogsRoleArn: logs.role.arn,
          enableLogFileValidation: true,
          isMultiRegionTrail: true,
          includeGlobalServiceEvents: true,
          advancedEventSelectors: pulumi.all(args.dataBuckets ?? []).apply(eventSelectors),
          tags,
        },
        { parent: this, dependsOn: [bucket.policy, logs.granted], protect: args.protect },
      ),
    );
    this.bucketName = bucket.bucketName;
    this.trailArn = cloudTrail.arn;
    this.registerOutputs({ bucketName: this.bucketName, trailArn: this.trailArn });
  }

  /** The log group of the copy, and the role by which CloudTrail writes it. */
  #logs(name: string, args: AuditArgs, trailArn: pulumi.Output<string>) {
    const { region, account, logsKeyArn: kmsKeyId, logDays: retentionInDays = 365, tags, transform } = args;
    const parent = { parent: this };
    const group = new aws.cloudwatch.LogGroup(
      ...transformed(
        transform?.logGroup,
        `${name}-logs`,
        { region, kmsKeyId, retentionInDays, tags },
        parent,
      ),
    );
    const assumeRolePolicy = trailArn.apply((arn) => JSON.stringify(trust(arn)));
    const role = new aws.iam.Role(`${name}-role`, { assumeRolePolicy, tags }, parent);
    const policy = pulumi
      .all([group.arn, account])
      .apply(([arn, account]) =>
        JSON.stringify(writing(`${arn}:log-stream:${account}_CloudTrail_${region}*`)),
      );
    const granted = new aws.iam.RolePolicy(`${name}-policy`, { role: role.name, policy }, parent);
    return { group, role, granted };
  }
}

/** CloudTrail, for this one trail. */
function trust(trailArn: string) {
  const Statement = [
    {
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "aws:SourceArn": trailArn } },
    },
  ];
  return { Version: "2012-10-17", Statement };
}

/** CloudTrail User Guide, "Sending events to CloudWatch Logs": its streams have the account's id and the region's name. */
function writing(streams: string) {
  const Action = ["logs:CreateLogStream", "logs:PutLogEvents"];
  return { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: [streams] }] };
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
