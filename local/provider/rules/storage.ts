import { isObject } from "../../../engine/index.ts";
import {
  atLeast,
  between,
  characters,
  document,
  items,
  type JointRule,
  matches,
  oneOf,
  type Rule,
  type Table,
  unless,
} from "./rule.ts";

const API = "Amazon S3 API Reference 2006-03-01";

/** General purpose buckets' names (Amazon S3 User Guide, bucket naming rules). */
const BUCKET: Rule[] = [
  characters(3, 63),
  matches(
    /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/,
    "lower-case letters, digits, dots and hyphens, a letter or digit at both ends",
  ),
  unless(/\.\./, "no two dots together"),
  unless(/^\d+(\.\d+){3}$/, "a name that isn't an IP address"),
  unless(/^(xn--|sthree-|amzn-s3-demo-)/, "no prefix that S3 reserves (xn--, sthree-, amzn-s3-demo-)"),
  unless(
    /(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/,
    "no suffix that S3 reserves (-s3alias, --ol-s3, .mrap, --x-s3, --table-s3)",
  ),
];

const STORAGE_CLASS = oneOf(
  ...["GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR"],
);

/** A bucket's setting, with the rules of its own properties. */
function setting(action: string, properties: Record<string, Rule | Rule[]> = {}, together: JointRule[] = []) {
  return {
    source: `${API}, ${action}; bucket naming rules`,
    properties: { bucket: BUCKET, ...properties },
    together,
  };
}

/** That objects are moved before they expire, and to infrequent access only after 30 days. */
const LIFECYCLE: JointRule[] = [
  {
    path: "rules",
    expects: "an id of its own for each rule",
    holds: ({ rules }) => {
      const ids = list(rules).map(({ id }) => id);
      return new Set(ids).size === ids.length;
    },
  },
  {
    path: "rules[].transitions",
    expects: "transitions before the expiration, and 30 days at least for STANDARD_IA and ONEZONE_IA",
    holds: ({ rules }) =>
      list(rules).every(({ transitions, expiration }) => {
        const end = isObject(expiration) && typeof expiration.days === "number" ? expiration.days : undefined;
        return list(transitions).every(({ days, storageClass }) => {
          if (typeof days !== "number") return true;
          const least = ["STANDARD_IA", "ONEZONE_IA"].includes(String(storageClass)) ? 30 : 0;
          return days >= least && (end === undefined || days < end);
        });
      }),
  },
];

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export const storage: Table = {
  "aws:s3/bucket:Bucket": {
    source: `${API}, CreateBucket; bucket naming rules`,
    automatic: { property: "bucket", of: (logical) => logical.toLowerCase() },
    properties: { bucket: BUCKET, bucketPrefix: characters(1, 37) },
  },
  "aws:s3/bucketPolicy:BucketPolicy": setting("PutBucketPolicy", { policy: document(20480) }),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": setting("PutPublicAccessBlock"),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": setting("PutBucketOwnershipControls", {
    "rule.objectOwnership": oneOf("BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"),
  }),
  "aws:s3/bucketVersioning:BucketVersioning": setting("PutBucketVersioning", {
    "versioningConfiguration.status": oneOf("Enabled", "Suspended", "Disabled"),
    "versioningConfiguration.mfaDelete": oneOf("Enabled", "Disabled"),
  }),
  "aws:s3/bucketLogging:BucketLogging": setting("PutBucketLogging", {
    targetBucket: BUCKET,
    targetPrefix: characters(0, 800),
    "targetObjectKeyFormat.partitionedPrefix.partitionDateSource": oneOf("EventTime", "DeliveryTime"),
  }),
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": setting(
    "PutObjectLockConfiguration",
    {
      objectLockEnabled: oneOf("Enabled"),
      "rule.defaultRetention.mode": oneOf("GOVERNANCE", "COMPLIANCE"),
      "rule.defaultRetention.days": between(1, 36500),
      "rule.defaultRetention.years": between(1, 100),
    },
    [
      {
        path: "rule.defaultRetention",
        expects: "either days or years",
        holds: ({ rule }) => {
          const retention = isObject(rule) ? rule.defaultRetention : undefined;
          return !isObject(retention) || (retention.days === undefined) !== (retention.years === undefined);
        },
      },
    ],
  ),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": setting(
    "PutBucketEncryption",
    { "rules[].applyServerSideEncryptionByDefault.sseAlgorithm": oneOf("AES256", "aws:kms", "aws:kms:dsse") },
    [
      {
        path: "rules[].applyServerSideEncryptionByDefault.kmsMasterKeyId",
        expects: "a key only beside aws:kms and aws:kms:dsse",
        holds: ({ rules }) =>
          list(rules).every(({ applyServerSideEncryptionByDefault: by }) => {
            return !isObject(by) || by.sseAlgorithm !== "AES256" || by.kmsMasterKeyId === undefined;
          }),
      },
    ],
  ),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": setting(
    "PutBucketLifecycleConfiguration",
    {
      rules: items(1, 1000),
      "rules[].id": characters(1, 255),
      "rules[].status": oneOf("Enabled", "Disabled"),
      "rules[].abortIncompleteMultipartUpload.daysAfterInitiation": atLeast(1),
      "rules[].expiration.days": atLeast(1),
      "rules[].noncurrentVersionExpiration.noncurrentDays": atLeast(1),
      "rules[].noncurrentVersionExpiration.newerNoncurrentVersions": between(1, 100),
      "rules[].transitions[].days": atLeast(0),
      "rules[].transitions[].storageClass": STORAGE_CLASS,
      "rules[].noncurrentVersionTransitions[].storageClass": STORAGE_CLASS,
      transitionDefaultMinimumObjectSize: oneOf("varies_by_storage_class", "all_storage_classes_128K"),
    },
    LIFECYCLE,
  ),
};
