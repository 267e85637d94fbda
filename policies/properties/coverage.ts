import { isRecipient, NOT_RECIPIENTS } from "../shared/index.ts";
import type { Property } from "./sdk.ts";

/** What a property can be to these policies. */
export type Kind = "region" | "arn" | "account" | "cidr" | "policy" | "key" | "exposure";

const TEXT = /string|ARN|PolicyDocument|any/;
/** Properties by their last part; the type's path is asked too where a name alone says too little. */
const KINDS: [kind: Kind, name: RegExp, also?: RegExp][] = [
  ["region", /region(?!al|Concurrency)|availabilityZone|localZone|networkBorderGroup/i],
  ["arn", /arns?$/i, TEXT],
  ["cidr", /cidr|ipRange|(source|destination)Address(es)?$|^ipAddress(es)?$|^addresses$/i, TEXT],
  [
    "policy",
    /^(policy(Document|Text|Body)?|\w*accessPolic(y|ies)|resourcePolicy|inlinePolicy|assumeRolePolicy|repositoryPolicy|sessionPolicy|deliveryDestinationPolicy|\w+PolicyDocument)$/i,
    TEXT,
  ],
  ["key", /kms(Master)?(Key|Arn)|encryptionKey|storageEncrypted|^encrypted$/i],
  [
    "exposure",
    /publiclyAccessible|publicAccess|publicConnectivity|publicIp(Address|OnLaunch)?$|blockPublic|ignorePublic|restrictPublic|^isPublic|^internal$|unauthenticated|anonymous|directInternetAccess|allowExternal|functionUrlAuthType|projectVisibility|^visibility$/i,
  ],
];

const DATA = "aws-region-ap-southeast-2";
const SHARES = "data-in-own-accounts";

/** By kind, which policy covers a property, or why none does; the first that fits `type path` holds. */
const COVERAGE: Record<Kind, [where: RegExp, answer: Answer][]> = {
  region: [
    [/ multiRegion$/, { policy: DATA }],
    [/ (.*\.)?(stateOrRegion)$/, { reason: "a part of a postal address" }],
    [/^route53\/healthCheck regions$/, { reason: "AWS's health checkers see no data" }],
    [
      /(allRegions|isMultiRegionTrail|multiRegionEnabled|regionToRun|regionOrders)$/,
      { reason: "gathers data here, or says an order" },
    ],
    [
      / (.*\.)?(availabilityZone\w*(Count|Enabled|Relocation|Rebalancing|Protection)\w*|singleAvailabilityZone|regionLinkingMode|crossRegion\w*)$/,
      { reason: "a number or a switch that names no place" },
    ],
    [/./, { policy: DATA }],
  ],
  arn: [[/./, { policy: DATA }]],
  account: [[/./, { policy: SHARES }]],
  cidr: [
    [
      /^(ec2\/(default)?[sS]ecurityGroup(Rule)?|vpc\/securityGroup\w+Rule) /,
      { policy: "security-groups-closed" },
    ],
    [/^(ec2\/managedPrefixList(Entry)?) /, { policy: "security-groups-closed" }],
    [/^eks\/cluster vpcConfig\.publicAccessCidrs$/, { policy: "no-public-database" }],
    [
      /^ec2\/(default)?(network|Network)Acl(Rule)? /,
      { reason: "network ACLs only narrow what security groups open" },
    ],
    [
      /^(ec2|ec2transitgateway|ec2clientvpn|odb|networkmanager|finspace|globalaccelerator)\//,
      { reason: "a network's own ranges and routes; groups say who enters" },
    ],
    [/^eks\/cluster /, { reason: "the cluster's own ranges" }],
    [
      /^(securityhub\/insight|fms\/policy|cognito\/riskConfiguration|wafv2\/ipSet|sagemaker\/workforce|ses\/receiptFilter|chime\/\w+|workspacesweb\/\w+|codepipeline\/webhook|medialive\/inputSecurityGroup|customerprofiles\/domain) /,
      { reason: "a filter, which opens no network" },
    ],
    [/ (.*\.)?(ip(v4|v6)?|ip\w*Address(es)?|\w+IpAddress(es)?|hsmIpAddress)$/i, { reason: "one address" }],
    [
      /^(route53|efs|cloudhsmv2|datasync|vpclattice|sesv2|storagegateway|redshift|verifiedaccess)\//,
      { reason: "where something is, or DNS's view of clients" },
    ],
    [
      /^(lightsail\/instancePublicPorts|gamelift\/fleet|elasticache|dms)/,
      { reason: "services that the bank doesn't run" },
    ],
  ],
  policy: [
    [/^opensearch\/serverlessSecurityPolicy /, { policy: "no-public-database" }],
    [/^opensearch\/serverlessAccessPolicy /, { policy: SHARES }],
    [
      /^(organizations|rolesanywhere|transfer)\/|^eks\/podIdentityAssociation /,
      { reason: "only lowers what other policies grant" },
    ],
    [
      /^(cfg|cloudformation|networkmanager|fms|dlm|appautoscaling|appsync)\/|^cloudwatch\/log(Account|DataProtection|Index)Policy |^opensearch\/serverless|^sns\/dataProtectionPolicy |^ecr\/lifecyclePolicy |^iot\/policyAttachment |^(load)?balanc|^verifiedaccess\/|^ses\/receiptFilter |^verifiedpermissions\//,
      { reason: "no IAM document" },
    ],
    [/./, { policy: "iam-no-wildcards" }],
  ],
  key: [
    [
      /^((rds|docdb|neptune|redshift)\/(instance|cluster)|ebs\/(volume|snapshotCopy)|efs\/fileSystem|ec2\/(amiCopy|instance|launchConfiguration|launchTemplate)) (.*\.)?(storageE|e)ncrypted$/,
      { policy: "encrypted-at-rest" },
    ],
    [
      /^(cloudwatch\/logGroup|cloudtrail\/trail|kinesis\/stream) kmsKeyId$|^(sns\/topic|sqs\/queue) kmsMasterKeyId$/,
      { policy: "encrypted-at-rest" },
    ],
    [
      / (.*\.)?(storageE|e)ncrypted$/,
      { reason: "a copy of what is encrypted, or the account's default holds" },
    ],
    [/./, { policy: DATA }],
  ],
  exposure: [
    [/ publiclyAccessible$|^sagemaker\/notebookInstance /, { policy: "no-public-database" }],
    [/^eks\/cluster /, { policy: "no-public-database" }],
    [/^s3(control)?\//, { policy: "no-public-bucket" }],
    [/^(lb|alb|elb)\/loadBalancer internal$/, { policy: "public-balancers-tls" }],
    [
      /^(apprunner\/service|neptunegraph\/graph|lakeformation\/dataLakeSettings|ram\/resourceShare|cognito\/identityPool|codebuild\/project) /,
      { policy: SHARES },
    ],
    [/^lambda\/permission functionUrlAuthType$/, { policy: "iam-no-wildcards" }],
    [/^msk\/cluster /, { reason: "who reaches the brokers, networks and groups say" }],
    [
      / (.*\.)?(assignPublicIp|associatePublicIpAddress|mapPublicIpOnLaunch|createPublicIp|publicIp)$/,
      { reason: "an address alone lets nobody in: security groups do" },
    ],
    [
      / (.*\.)?onUnauthenticatedRequest$/,
      { reason: "what a balancer does with who isn't signed in is the application's" },
    ],
    [
      / blockPublicPolicy$|^emr\/blockPublicAccess/,
      { reason: "a second guard of what the documents and groups are judged for" },
    ],
    [/^(opensearch|elasticsearch)\/domain /, { reason: "a domain's document is judged, and its network" }],
    [
      /^(appsync|ssoadmin|imagebuilder)\//,
      { reason: "services whose exposure is the application's; nothing of them is in the platform" },
    ],
  ],
};

/** A policy that covers a property, or the reason why none does. */
export type Answer = { policy: string } | { reason: string };

/** What a property carries; undefined where it is nothing to these policies. */
export function kindOfProperty({ type, path, kind }: Property): Kind | undefined {
  if (/^organizations\/\w*[pP]olicy content$/.test(`${type} ${path}`)) return "policy";
  const name = path.split(".").at(-1) ?? "";
  if (/string|any/.test(kind) && isRecipient(name) && !/arns?$/i.test(name)) return "account";
  return KINDS.find(([, form, also]) => form.test(name) && (also?.test(kind) ?? true))?.[0];
}

/** Who covers a property of a kind; undefined where nobody has decided. */
export function coverageOf(kind: Kind, { type, path }: Property): Answer | undefined {
  const exempt = NOT_RECIPIENTS.find(([where]) => where.test(`aws:${type}:X ${path}`));
  if (kind === "account" && exempt) return { reason: exempt[1] };
  return COVERAGE[kind].find(([where]) => where.test(`${type} ${path}`))?.[1];
}
