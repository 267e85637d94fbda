import type { Check } from "../shared/index.ts";
import { is, isIfSet, never } from "./checks.ts";

const BALANCER = is("enableDeletionProtection", true);
const BUCKET = never("forceDestroy");

/** By type, what keeps one command from deleting it. Types that aren't named have no such setting. */
export const DELETION_PROTECTION: Record<string, Check> = {
  "aws:rds/instance:Instance": is("deletionProtection", true),
  "aws:rds/cluster:Cluster": is("deletionProtection", true),
  "aws:rds/globalCluster:GlobalCluster": is("deletionProtection", true),
  "aws:docdb/cluster:Cluster": is("deletionProtection", true),
  "aws:docdb/globalCluster:GlobalCluster": is("deletionProtection", true),
  "aws:neptune/cluster:Cluster": is("deletionProtection", true),
  "aws:neptune/globalCluster:GlobalCluster": is("deletionProtection", true),
  "aws:neptunegraph/graph:Graph": isIfSet("deletionProtection", true),
  "aws:dsql/cluster:Cluster": is("deletionProtectionEnabled", true),
  "aws:dynamodb/table:Table": is("deletionProtectionEnabled", true),
  "aws:qldb/ledger:Ledger": isIfSet("deletionProtection", true),
  "aws:cognito/userPool:UserPool": is("deletionProtection", "ACTIVE"),
  "aws:lb/loadBalancer:LoadBalancer": BALANCER,
  "aws:alb/loadBalancer:LoadBalancer": BALANCER,
  "awsx:lb:ApplicationLoadBalancer": BALANCER,
  "awsx:lb:NetworkLoadBalancer": BALANCER,
  "aws:eks/cluster:Cluster": is("deletionProtection", true),
  "eks:index:Cluster": is("deletionProtection", true),
  "aws:s3/bucket:Bucket": BUCKET,
  "aws:s3/bucketV2:BucketV2": BUCKET,
  "aws:s3/directoryBucket:DirectoryBucket": BUCKET,
  "aws:s3tables/tableBucket:TableBucket": BUCKET,
  "aws:backup/vault:Vault": BUCKET,
};
