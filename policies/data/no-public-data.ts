import {
  allowsEverybody,
  display,
  documents,
  documentsOf,
  items,
  read,
  resourceRule,
  UNKNOWN,
  unset,
} from "../shared/index.ts";
import { reachable } from "./reachable.ts";

const BLOCK = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
const BLOCKS =
  /^aws:s3\/(bucketPublicAccessBlock:BucketPublicAccessBlock|accountPublicAccessBlock:AccountPublicAccessBlock)$/;
const ACCESS_POINT = /^aws:(s3\/accessPoint|s3control\/multiRegionAccessPoint):/;
const BUCKET = /^aws:s3\/bucket(Acl|V2|AclV2|Object|Objectv2)?:/;
/** Buckets and access points, which have a policy; the policies are resources of their own too. */
const OWN_POLICY = /^aws:s3(control)?\/\w*([bB]ucket|accessPoint|AccessPoint)\w*:/;
/** S3's names for everybody, and for everybody with an AWS account. */
const STRANGERS = /\/groups\/global\/(AllUsers|AuthenticatedUsers)$/;
const SNAPSHOT = /^aws:rds\/(snapshot|snapshotCopy|clusterSnapshot|clusterSnapshotCopy):/;

/** Databases, caches and cluster endpoints can't be reached from the internet. */
export const noPublicDatabase = resourceRule({
  name: "no-public-database",
  description: "No database, cache or cluster endpoint is reachable from the internet.",
  severity: "critical",
  verdict: "can be reached from the internet",
  fix: "Set publiclyAccessible to false, name a subnet group of isolated subnets, and give a cluster's public endpoint the ranges that may use it (publicAccessCidrs) or turn it off.",
  judge: ({ type, props }) => [
    ...reachable(type, props),
    ...(SNAPSHOT.test(type) && items(read(props, "sharedAccounts")).includes("all")
      ? ["sharedAccounts has all, so that everybody can restore it"]
      : []),
  ],
});

/** A bucket's own settings; that every bucket has a public access block, `buckets-guarded` judges. */
export const noPublicBucket = resourceRule({
  name: "no-public-bucket",
  description: "No bucket can be read or written by everybody.",
  severity: "critical",
  verdict: "opens a bucket to everybody",
  fix: "Block all four kinds of public access, leave out public ACLs, and name in a bucket's policy who may do what.",
  judge: ({ type, props }) => [
    ...(BLOCKS.test(type)
      ? BLOCK.filter((key) => read(props, key) !== true).map(
          (key) => `${key} is ${display(read(props, key))}`,
        )
      : []),
    ...(ACCESS_POINT.test(type) ? unblocked(props) : []),
    ...(BUCKET.test(type) ? [...acl(read(props, "acl")), ...grants(props)] : []),
    ...(OWN_POLICY.test(type)
      ? documentsOf(type, props).flatMap(({ kind, value }) => (kind === "resource" ? everybody(value) : []))
      : []),
  ],
});

/** An access point's own block of public access; what it leaves out is blocked. */
function unblocked(props: unknown): string[] {
  const block = read(props, "publicAccessBlockConfiguration") ?? read(props, "details", "publicAccessBlock");
  return BLOCK.filter((key) => !unset(read(block, key)) && read(block, key) !== true).map(
    (key) => `${key} is ${display(read(block, key))}`,
  );
}

function acl(value: unknown): string[] {
  const open = typeof value === "string" && /^(public-|authenticated-read)/.test(value);
  return open || value === UNKNOWN ? [`acl is ${display(value)}`] : [];
}

/** Grants of a bucket, and of a BucketAcl. */
function grants(props: unknown): string[] {
  const given = [
    ...items(read(props, "grants")).map((grant) => read(grant, "uri")),
    ...items(read(props, "accessControlPolicy", "grants")).map((grant) => read(grant, "grantee", "uri")),
  ];
  return given.flatMap((uri) =>
    uri === UNKNOWN || STRANGERS.test(String(uri)) ? [`a grant is to ${display(uri)}`] : [],
  );
}

function everybody(policy: unknown): string[] {
  return documents(policy).flatMap(({ where, statement }) =>
    allowsEverybody(statement) ? [`${where} allows everybody`] : [],
  );
}
