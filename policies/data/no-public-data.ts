import {
  ACCOUNTS,
  allowsEverybody,
  display,
  documents,
  documentsOf,
  items,
  ownAccounts,
  read,
  resourceRule,
  sharedOut,
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
  description:
    "No database, cache or cluster endpoint is reachable from the internet, and no snapshot by other accounts.",
  severity: "critical",
  verdict: "can be reached from outside",
  fix: "Set publiclyAccessible to false, name a subnet group of isolated subnets, give a cluster's public endpoint the ranges that may use it (publicAccessCidrs) or turn it off, and share snapshots with the bank's own accounts only (the policy's setting accounts).",
  configSchema: { properties: { ...ACCOUNTS } },
  judgeStack: ({ resources, getConfig }) => {
    const own = ownAccounts(resources, getConfig());
    return resources
      .filter(({ type }) => SNAPSHOT.test(type))
      .flatMap((resource) => sharedOut(resource, own).map((reason) => ({ resource, reason })));
  },
  judge: ({ type, props }) => [...reachable(type, props)],
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

/** CloudFront's own, which writes logs. */
const LOG_DELIVERY = "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0";

/** Grants of a bucket, and of a BucketAcl: to groups of strangers, and to other accounts than the owner's. */
function grants(props: unknown): string[] {
  const acl = items(read(props, "accessControlPolicy", "grants")).map((grant) => read(grant, "grantee"));
  const owner = read(props, "accessControlPolicy", "owner", "id");
  const groups = [...items(read(props, "grants")), ...acl].map((grantee) => read(grantee, "uri"));
  return [
    ...groups.filter((uri) => uri === UNKNOWN || STRANGERS.test(String(uri))),
    ...acl
      .map((grantee) => read(grantee, "id"))
      .filter((id) => typeof id === "string" && id !== owner && id !== LOG_DELIVERY),
    ...acl.map((grantee) => read(grantee, "emailAddress")).filter((address) => !unset(address)),
  ].map((grantee) => `a grant is to ${display(grantee)}`);
}

function everybody(policy: unknown): string[] {
  return documents(policy).flatMap(({ where, statement }) =>
    allowsEverybody(statement) ? [`${where} allows everybody`] : [],
  );
}
