import type { PolicyResource } from "@pulumi/policy";
import {
  copiesAway,
  DESTINATIONS,
  documents,
  leadsTo,
  listOf,
  ofType,
  read,
  stackRule,
  UNKNOWN,
} from "../shared/index.ts";
import { unguardedNativeBuckets } from "./native-buckets.ts";

const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const ENCRYPTION = [
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
];

/**
 * A bucket's public access block, encryption and policy are resources of their own, so only the whole stack shows
 * which bucket lacks one. A bucket's ARN doesn't say its region: replicas, inventories and analyses may only go to buckets
 * of this stack, whose region is judged, and to those that the policy's setting names.
 */
export const bucketsGuarded = stackRule({
  name: "buckets-guarded",
  description:
    "Every bucket blocks public access, is encrypted, accepts TLS only, and is copied to none elsewhere.",
  severity: "critical",
  verdict: "is not guarded",
  fix: "Declare a BucketPublicAccessBlock, a BucketServerSideEncryptionConfiguration and a BucketPolicy that denies aws:SecureTransport false for the bucket, and copy only to buckets of this stack, or to those of the policy's setting buckets.",
  configSchema: { properties: { buckets: DESTINATIONS.buckets } },
  judge: ({ resources, getConfig }) => {
    const buckets = ofType(resources, ...BUCKETS);
    const beside = (bucket: PolicyResource, ...types: string[]) =>
      ofType(resources, ...types).filter((resource) => leadsTo(resource, "bucket", bucket));
    return [
      ...buckets.flatMap((resource) => {
        const reasons = [
          ...(beside(resource, BLOCK).length > 0 ? [] : ["it has no BucketPublicAccessBlock"]),
          ...(beside(resource, ...ENCRYPTION).length > 0
            ? []
            : ["it has no BucketServerSideEncryptionConfiguration"]),
          ...(beside(resource, POLICY).some(({ props }) => deniesPlainText(read(props, "policy")))
            ? []
            : ["no BucketPolicy denies what comes without TLS"]),
        ];
        return reasons.map((reason) => ({ resource, reason }));
      }),
      ...unguardedNativeBuckets(resources),
      ...resources
        .filter(({ type }) => /^aws(-native)?:s3(control)?[:/]/.test(type))
        .flatMap((resource) =>
          copiesAway(resource, resources, getConfig()).map((reason) => ({ resource, reason })),
        ),
    ];
  },
});

/** True also for an unknown policy: one that names its own bucket's ARN isn't known in a first preview. */
function deniesPlainText(policy: unknown): boolean {
  if (policy === UNKNOWN) return true;
  return documents(policy).some(({ statement }) => {
    const transport = read(statement, "Condition", "Bool", "aws:SecureTransport");
    return (
      read(statement, "Effect") === "Deny" &&
      String(listOf(transport)[0]) === "false" &&
      listOf(read(statement, "Action")).some((action) => action === "s3:*" || action === "*") &&
      read(statement, "Principal") !== undefined
    );
  });
}
