import type { PolicyResource } from "@pulumi/policy";
import { accountOf } from "./accounts.ts";
import { documents, isAllow, listOf } from "./policy-documents.ts";
import { entries, leaves, read } from "./values.ts";

/** Properties that name whom something is shared with, by their last part. */
const RECIPIENT =
  /^(.*[aA]ccounts?|.*[aA]ccountIds?|.*[pP]rincipals?|.*principalArns?|.*[pP]rincipalIds?|\w*[oO]wnerId|grantee\w*|\w*registryId|userIds|userGroups|group|consumer(Identifier|Arn)|organizationArns?|organizationalUnitArns?)$/;

/** Whether a property names whom something is shared with, by its last part. */
export function isRecipient(name: string): boolean {
  return RECIPIENT.test(name);
}

/** Accounts that get nothing, and why. */
export const NOT_RECIPIENTS: [where: RegExp, reason: string][] = [
  [
    / (.*\.)?(expected\w*Bucket\w*Owner\w*|excluded?\w*|.*exclu(de|sion)\w*\..*)$/i,
    "a check or an exception, which grants nothing",
  ],
  [/^aws:quicksight\/\w+:\w+ awsAccountId$/, "the account that the resource is in"],
  [
    /^aws:(account|budgets|glue|s3control|s3)\/\w+:\w+ (accountId|catalogId)$/,
    "the account that the resource is in",
  ],
  [
    /^aws:\w+\/(\w*[oO]rganization\w*|delegated\w*|adminAccount|member\w*|inviteAccepter):/,
    "the organisation's administration of its own accounts",
  ],
  [
    /^aws:(organizations|controltower|ssoadmin|identitystore|fms|fis|guardduty|inspector2|macie2|securityhub|detective)\//,
    "the organisation's administration of its own accounts",
  ],
  [/^aws:cloudformation\/stack(Set)?Instances?:/, "accounts that get stacks, no data"],
  [
    /^aws:(cfg\/configurationAggregator|accessanalyzer|networkflowmonitor|costexplorer|securitylake\/awsLogSource)/,
    "accounts that data comes from",
  ],
  [/^aws:iam\/group\w*:\w+ group$|ecs\w*\.group$|^aws:iot\//, "no account"],
  [/ (.*\.)?(source|sender)\w*$/i, "where requests or data come from"],
  [
    /^aws:(ec2|rds|docdb|neptune|redshift|ecs|elasticache)\/\w+:\w+ (ownerId|ownerAccount)$/,
    "an input for finding what belongs to somebody",
  ],
];

/** What shares with everybody, or lets others do so: type, property, and the values that do; without them any. */
const OPEN: [type: RegExp, path: string[], values: unknown[], reason: string][] = [
  [/^aws:ec2\/imageBlockPublicAccess:/, ["state"], ["unblocked"], "images may be shared with everybody"],
  [
    /^aws:ebs\/snapshotBlockPublicAccess:/,
    ["state"],
    ["unblocked"],
    "snapshots may be shared with everybody",
  ],
  [/^aws:ecrpublic\/repository:/, [], [undefined], "everybody may pull its images"],
  [/^aws:codebuild\/project:/, ["projectVisibility"], ["PUBLIC_READ"], "everybody may read its builds"],
  [
    /^aws:cognito\/identityPool:/,
    ["allowUnauthenticatedIdentities"],
    [true],
    "everybody gets credentials without signing in",
  ],
  [
    /^aws:apprunner\/service:/,
    ["networkConfiguration", "ingressConfiguration", "isPubliclyAccessible"],
    [true],
    "everybody may call it",
  ],
  [/^aws:neptunegraph\/graph:/, ["publicConnectivity"], [true], "everybody may reach it"],
  [/^aws:lambda\/functionUrl:/, ["authorizationType"], ["NONE"], "everybody may call the function"],
  [
    /^aws:ram\/resourceShare:/,
    ["allowExternalPrincipals"],
    [true],
    "allowExternalPrincipals lets accounts outside the organisation in",
  ],
  [
    /^aws:lakeformation\/dataLakeSettings:/,
    ["allowExternalDataFiltering"],
    [true],
    "others' engines may read the data lake",
  ],
  [
    /^aws:lakeformation\/dataLakeSettings:/,
    ["allowFullTableExternalDataAccess"],
    [true],
    "others' engines may read the data lake",
  ],
];

/** AWS's own accounts that write logs: Elastic Load Balancing's in Sydney. */
const AWS_ACCOUNTS = new Set(["783225319266"]);

/** Documents are judged by their statements. */
const STATEMENTS: ReadonlySet<string> = new Set(["Statement"]);
/** The principals of a rule of OpenSearch Serverless, which is a list. */
const RULE = /^\s*\[.*"Principal"\s*:\s*\[([^\]]*)\]/s;
/** Whom a role trusts, `iam-no-wildcards` judges. */
const TRUST = /^assumeRolePolicy/;

/** With whom a resource shares data, functions or rights: accounts that aren't known to be ours, and everybody. */
export function sharedOut(
  { type, props }: Pick<PolicyResource, "type" | "props">,
  own: Set<string>,
): string[] {
  if (type.startsWith("kubernetes:core/v1:")) return inCluster(type, props, own);
  if (!/^aws(-native)?:/.test(type)) return [];
  const open = OPEN.filter(
    ([types, path, values]) =>
      types.test(type) && values.includes(path.length > 0 ? read(props, ...path) : undefined),
  ).map(([, , , reason]) => reason);
  const native = entries(props).filter(
    ([key, value]) => !TRUST.test(key) && read(value, "Statement") !== undefined,
  );
  return [
    ...open,
    ...native.flatMap(([key, document]) => granted(key, document, own)),
    ...[...leaves(props, STATEMENTS)].flatMap((leaf) => recipients(type, props, leaf, own)),
  ];
}

/** The roles and accounts that the `aws-auth` ConfigMap lets into a cluster, and those that its pods act as. */
function inCluster(type: string, props: unknown, own: Set<string>): string[] {
  const role = read(props, "metadata", "annotations", "eks.amazonaws.com/role-arn");
  const isMap = type.endsWith(":ConfigMap") && read(props, "metadata", "name") === "aws-auth";
  const texts = isMap ? entries(read(props, "data")) : [];
  const given: [string, unknown][] = type.endsWith(":ServiceAccount") ? [["role-arn", role]] : texts;
  return given.flatMap(([key, text]) =>
    [...String(text ?? "").matchAll(/(?<!\d)\d{12}(?!\d)/g)]
      .filter(([account]) => !own.has(account))
      .map(([account]) => `${key} is of the account ${account}, which isn't known to be ours`),
  );
}

function recipients(
  type: string,
  props: unknown,
  { path, key, value }: { path: string; key: string; value: unknown },
  own: Set<string>,
): string[] {
  if (typeof value !== "string") return [];
  if (/^\s*[[{]/.test(value)) return TRUST.test(key) ? [] : granted(path, value, own);
  const where = `${type} ${path.replaceAll(/\[\d+\]/g, "")}`;
  if (!isRecipient(key) || NOT_RECIPIENTS.some(([exempt]) => exempt.test(where))) return [];
  return value.split(/\s*,\s*/).flatMap((one) => {
    if (/^(\*|all)$/i.test(one)) {
      const organisation = read(props, "principalOrgId") ?? read(props, "organizationId");
      return typeof organisation === "string"
        ? []
        : [`${path} is ${one}, so that it is shared with everybody`];
    }
    // Resource Access Manager takes an organisation only from its own members.
    if (/^arn:[^:]*:organizations:/.test(one) && type.startsWith("aws:ram/")) return [];
    const account = /^\d{12}$/.test(one) ? one : accountOf(one);
    return account && !own.has(account)
      ? [`${path} shares with the account ${account}, which isn't known to be ours`]
      : [];
  });
}

/** The other accounts that a resource's document allows something: IAM's statements, or another service's rules. */
function granted(path: string, document: unknown, own: Set<string>): string[] {
  const statements = documents(document).flatMap(({ where, statement }) => {
    const principal = isAllow(statement) ? read(statement, "Principal") : undefined;
    const named = [...listOf(read(principal, "AWS")), ...(typeof principal === "string" ? [principal] : [])];
    return named.map((one) => ({ one, where: `${where} of ${path}` }));
  });
  const rules = typeof document === "string" ? document.match(RULE)?.[1]?.match(/[^"\s,]+/g) : undefined;
  return [...statements, ...(rules ?? []).map((one) => ({ one, where: path }))].flatMap(({ one, where }) => {
    const account = /^\d{12}$/.test(String(one)) ? String(one) : accountOf(one);
    return account && !own.has(account) && !AWS_ACCOUNTS.has(account)
      ? [`${where} allows the account ${account}, which isn't known to be ours`]
      : [];
  });
}
