import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Config } from "../../../config/index.ts";
import type { ModelBucket } from "../../data/index.ts";
import {
  AlarmTopic,
  Audit,
  balancerAccessLogs,
  Keys,
  PrivateBucket,
  type PrivateBucketArgs,
  RECORD_DAYS,
  s3AccessLogs,
} from "../../governance/index.ts";

/** What every other part of the platform on AWS is made with. */
export interface AwsGovernance {
  provider: aws.Provider;
  /** Of every resource. */
  tags: Record<string, string>;
  /** Id of the account. */
  account: pulumi.Output<string>;
  keys: Keys;
  alarms: AlarmTopic;
  /** Bucket of the other buckets' access logs. */
  bucketLogs: PrivateBucket;
  /** Bucket of the load balancers' access logs. */
  balancerLogs: PrivateBucket;
  /** Bucket of what containers wrote, for as long as records are kept. */
  containerLogs: PrivateBucket;
}

/** Tags that auditors look for. */
const TAGS = { DataSovereignty: "AU", Compliance: "ASIC" };

/** The provider of one region, which tags whatever it makes; and the tags, for policies that judge arguments. */
export function awsProvider(region: string): { provider: aws.Provider; tags: Record<string, string> } {
  const tags = { ...TAGS, Project: pulumi.getProject(), Stack: pulumi.getStack() };
  return { provider: new aws.Provider("aws", { region, defaultTags: { tags } }), tags };
}

/** The account's provider, encryption keys, topic of alarms, and buckets of logs. */
export function awsGovernance(config: Config): AwsGovernance {
  const { region, protect, alarmEmails: emails } = config;
  const { provider, tags } = awsProvider(region);
  const account = aws.getCallerIdentityOutput({}, { provider }).accountId;
  const keys = new Keys("keys", { region, account, protect, tags }, { provider });
  const alarms = new AlarmTopic(
    "alarms",
    { region, account, keyArn: keys.alarms, emails, tags },
    { provider },
  );
  const common = { region, forceDestroy: !protect, protect, tags };
  const bucketLogs = new PrivateBucket(
    "bucket-logs",
    { ...common, statements: s3AccessLogs(account), expireDays: 400 },
    { provider },
  );
  const balancerLogs = new PrivateBucket(
    "access-logs",
    {
      ...common,
      statements: balancerAccessLogs(account),
      accessLogs: bucketLogs.bucketName,
      expireDays: RECORD_DAYS,
    },
    { provider },
  );
  const containerLogs = new PrivateBucket(
    "container-logs",
    {
      ...common,
      keyArn: keys.logs,
      lock: recordsLock(config),
      accessLogs: bucketLogs.bucketName,
      expireDays: RECORD_DAYS,
    },
    { provider },
  );
  return { provider, tags, account, keys, alarms, bucketLogs, balancerLogs, containerLogs };
}

/** A stack that is not protected comes and goes: its records are kept for a day, which administrators can lift. */
function recordsLock({ protect, recordsLock }: Config): PrivateBucketArgs["lock"] {
  const mode = recordsLock === "compliance" ? "COMPLIANCE" : "GOVERNANCE";
  return { mode, days: protect ? RECORD_DAYS : 1 };
}

/** The record of who did what in the account, and of every access to the model files. */
export function awsAudit(
  config: Config,
  { provider, tags, account, keys, bucketLogs }: AwsGovernance,
  models: ModelBucket,
): void {
  const { region, protect } = config;
  const lock = recordsLock(config);
  const accessLogs = bucketLogs.bucketName;
  const dataBuckets = [models.arn];
  new Audit(
    "audit",
    {
      ...{ region, account, keyArn: keys.audit, logsKeyArn: keys.logs },
      ...{ accessLogs, dataBuckets, lock, protect, tags },
    },
    { provider },
  );
}
