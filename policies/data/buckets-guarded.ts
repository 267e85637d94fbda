import type { PolicyResource } from "@pulumi/policy";
import {
  copiesAway,
  DESTINATIONS,
  entries,
  leadsTo,
  ofType,
  read,
  stackRule,
  UNKNOWN,
} from "../shared/index.ts";
import { unguardedNativeBuckets } from "./native-buckets.ts";
import { deniesPlainText } from "./plain-text-denied.ts";

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
      ...unguardedNativeBuckets(resources),
      ...resources
        .filter(({ type }) => /^aws(-native)?:s3(control)?[:/]/.test(type))
        .flatMap((resource) =>
          copiesAway(resource, resources, getConfig()).map((reason) => ({ resource, reason })),
        ),
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
