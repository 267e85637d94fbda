import type { PolicyResource } from "@pulumi/policy";
import { display, type Finding, leadsTo, ofType, read, unset } from "../shared/index.ts";

const BLOCK = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

/** The buckets of AWS's own provider, whose guards but the policy are properties of their own. */
export function unguardedNativeBuckets(resources: PolicyResource[]): Finding[] {
  return ofType(resources, "aws-native:s3:Bucket").flatMap((resource) => {
    const { props } = resource;
    const policies = ofType(resources, "aws-native:s3:BucketPolicy", "aws:s3/bucketPolicy:BucketPolicy");
    const reasons = [
      ...BLOCK.map((key) => [key, read(props, "publicAccessBlockConfiguration", key)] as const)
        .filter(([, value]) => value !== true)
        .map(([key, value]) => `publicAccessBlockConfiguration.${key} is ${display(value)}`),
      ...(unset(read(props, "bucketEncryption")) ? ["it has no bucketEncryption"] : []),
      ...(policies.some((policy) => leadsTo(policy, "bucket", resource)) ? [] : ["it has no BucketPolicy"]),
    ];
    return reasons.map((reason) => ({ resource, reason }));
  });
}
