import type { PolicyResource } from "@pulumi/policy";
import { entries, type Finding, items, leadsTo, ofType, read, stackRule, UNKNOWN } from "../shared/index.ts";
import { deniesPlainText } from "./plain-text-denied.ts";

const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const ENCRYPTION = [
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
];
const REPLICATION = ["aws:s3/bucketReplicationConfig:BucketReplicationConfig"];

/**
 * A bucket's public access block, encryption and policy are resources of their own, so only the whole stack shows
 * which bucket lacks one. A bucket's ARN doesn't say its region: replicas may only go to buckets of this stack, whose
 * region is judged.
 */
export const bucketsGuarded = stackRule({
  name: "buckets-guarded",
  description:
    "Every bucket blocks public access, is encrypted, accepts TLS only, and is copied to none elsewhere.",
  severity: "critical",
  verdict: "is not guarded",
  fix: "Declare a BucketPublicAccessBlock, a BucketServerSideEncryptionConfiguration and a BucketPolicy that denies aws:SecureTransport false for the bucket, and replicate only to buckets of this stack.",
  judge: ({ resources }) => {
    const buckets = ofType(resources, ...BUCKETS);
    const beside = (bucket: PolicyResource, ...types: string[]) =>
      ofType(resources, ...types).filter((resource) => leadsTo(resource, "bucket", bucket));
    return [
      ...buckets.flatMap((resource) => {
        const reasons = [
          ...(beside(resource, BLOCK).length > 0 ? [] : ["it has no BucketPublicAccessBlock"]),
          ...(beside(resource, ...ENCRYPTION).length > 0 || encryptsItself(resource)
            ? []
            : ["it has no BucketServerSideEncryptionConfiguration"]),
          ...([resource, ...beside(resource, POLICY)].some(({ props }) =>
            deniesPlainText(read(props, "policy"), arnOf(resource)),
          )
            ? []
            : ["no BucketPolicy denies what comes without TLS"]),
        ];
        return reasons.map((reason) => ({ resource, reason }));
      }),
      ...ofType(resources, ...REPLICATION).flatMap((resource) => destinations(resource, buckets)),
    ];
  },
});

/** A bucket that has its encryption inside itself, as older programs do. */
function encryptsItself({ props }: PolicyResource): boolean {
  return ["serverSideEncryptionConfiguration", "serverSideEncryptionConfigurations"].some(
    (key) => read(props, key) === UNKNOWN || entries(read(props, key)).length > 0,
  );
}

function arnOf({ props }: PolicyResource): unknown {
  const [arn, name] = [read(props, "arn"), read(props, "bucket")];
  return typeof arn !== "string" && typeof name === "string" ? `arn:aws:s3:::${name}` : (arn ?? UNKNOWN);
}

function destinations(resource: PolicyResource, buckets: PolicyResource[]): Finding[] {
  const arns = new Set(buckets.map(({ props }) => read(props, "arn")));
  const sources = resource.propertyDependencies.rules ?? [];
  return items(read(resource.props, "rules")).flatMap((rule, index) => {
    const destination = read(rule, "destination", "bucket");
    if (destination === undefined) return [];
    const own =
      destination === UNKNOWN ? sources.some((source) => buckets.includes(source)) : arns.has(destination);
    return own
      ? []
      : [{ resource, reason: `rules[${index}] copies to a bucket that this stack doesn't have` }];
  });
}
