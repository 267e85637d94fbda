import type { PolicyConfigSchema, PolicyResource } from "@pulumi/policy";
import { accountOf } from "./accounts.ts";
import { display, items, leaves, read, UNKNOWN } from "./values.ts";

/** The settings that say whither data may be sent, beside what the stack shows. */
export const DESTINATIONS = {
  buckets: {
    type: "array",
    items: { type: "string" },
    default: [],
    description: "Names of the bank's own buckets in other stacks, whither data may be copied.",
  },
  hosts: {
    type: "array",
    items: { type: "string" },
    default: [],
    description: "Hosts outside AWS that may get data, with their subdomains.",
  },
} satisfies PolicyConfigSchema["properties"];

const BUCKET = /^aws(-native)?:s3[:/](bucket(V2)?:)?Bucket(V2)?$/;

/** S3's own copies, which `buckets-guarded` judges: replication, inventories, analyses, Storage Lens. */
const S3_COPIES = /^aws(-native)?:s3(control)?[:/]/;
/** Properties that are buckets: of a destination, an export or an output, not of logs and reports. */
const SENT_TO =
  /^(?!.*(log|report|error|source|input)).*(destination|export|output|replicat|inventor|analytic).*(\b|output|destination)(s3)?bucket(name|arn)?$/i;
/** Properties that are locations in buckets: `s3://results/daily`. */
const SENT_TO_URI = /(destination|export|output)\w*(uri|url|path|location)$/i;
/** Types whose bucket is where they send to, and its property. */
const SENDERS: [type: RegExp, path: RegExp][] = [
  [/^aws:s3\/bucketReplicationConfig:/, /destination\.bucket$/],
  [/^aws:s3\/bucket(V2)?:/, /^replicationConfigurations?\b.*destinations?(\[\d+\])?\.bucket$/],
  [/^aws:s3\/objectCopy:/, /^bucket$/],
  [/^aws:s3\/inventory:/, /^destination\.bucket\.bucketArn$/],
  [/^aws:s3\/analyticsConfiguration:/, /s3BucketDestination\.bucketArn$/],
  [/^aws:s3control\/storageLensConfiguration:/, /s3BucketDestination\.arn$/],
  [/^aws-native:s3:Bucket$/, /^(replication|inventory|analytics)Configurations?\b.*\.(bucket|bucketArn)$/],
  [/^aws:kinesis\/firehoseDeliveryStream:/, /\.bucketArn$/],
  [/^aws:dynamodb\/tableExport:/, /^s3Bucket$/],
  [/^aws:rds\/exportTask:/, /^s3BucketName$/],
  [/^aws:datasync\/(s3Location|locationS3):/, /^s3BucketArn$/],
  [/^aws:dms\/(s3Endpoint|endpoint):/, /^(s3Settings\.)?bucketName$/],
  [/^aws:appflow\/flow:/, /destinationConnectorProperties\.\w+\.bucketName$/],
];
/** Hosts that get data in bulk. */
const HOSTS: [type: RegExp, path: RegExp][] = [
  [
    /^aws:kinesis\/firehoseDeliveryStream:/,
    /^(httpEndpointConfiguration\.url|splunkConfiguration\.hecEndpoint|snowflakeConfiguration\.accountUrl)$/,
  ],
  [/^aws:datasync\/location(ObjectStorage|AzureBlob):/, /^(serverHostname|containerUrl)$/],
];
/** ARNs of what gets data. */
const RECEIVER =
  /(^|\.)\w*(destination|target|sink|deadLetter|endpoint|queue|topic|vault|subscriber|stream|firehose|bus|functionArn|actions)\w*(\[\d+\])?(\.|$)/i;
const NOT_SENT = /^aws:(lambda\/eventSourceMapping|sns\/topicSubscription topic|lb\/|alb\/)/;

const NONE: ReadonlySet<string> = new Set();

/** What is wrong with where a resource sends data: buckets and hosts that nobody knows, ARNs of other accounts. */
export function sendsAway(
  resource: PolicyResource,
  stack: PolicyResource[],
  { config, own }: { config: unknown; own: Set<string> },
): string[] {
  const { type, props } = resource;
  if (!/^aws(-native)?:/.test(type)) return [];
  const hosts = items(read(config, "hosts")).map(String);
  return [
    ...copiesAway(resource, stack, config),
    ...[...leaves(props, NONE)].flatMap(({ path, value }) => {
      if (matches(HOSTS, type, path) && !isKnownHost(value, hosts))
        return [`${path} sends to ${display(value)}`];
      const account = accountOf(value);
      const receives = path === "arn" ? type.startsWith("aws:cloudwatch/eventTarget:") : RECEIVER.test(path);
      if (!account || own.has(account) || !receives || NOT_SENT.test(`${type} ${path}`)) return [];
      return [`${path} is in the account ${account}, which isn't known to be ours`];
    }),
    ...connectors(type, props),
  ];
}

/** What is wrong with the buckets to which a resource copies: a bucket's ARN doesn't say where it is. */
export function copiesAway(resource: PolicyResource, stack: PolicyResource[], config: unknown): string[] {
  const { type, props, propertyDependencies } = resource;
  const buckets = stack.filter((one) => BUCKET.test(one.type));
  const names = new Set([
    ...items(read(config, "buckets")).map(String),
    ...buckets.flatMap(({ props }) => ["bucket", "id", "bucketName"].map((key) => String(read(props, key)))),
  ]);
  return [...leaves(props, NONE)].flatMap(({ path, value }) => {
    const uri =
      typeof value === "string" && SENT_TO_URI.test(path) ? /^s3:\/\/([^/]+)/.exec(value)?.[1] : undefined;
    const otherwise = !S3_COPIES.test(type) && SENT_TO.test(path);
    if (!matches(SENDERS, type, path) && !otherwise && uri === undefined) return [];
    if (value === UNKNOWN) {
      const from = propertyDependencies[path.split(/[.[]/)[0] ?? ""] ?? [];
      return from.some((one) => buckets.includes(one)) ? [] : [`${path} is not known in a preview`];
    }
    if (typeof value !== "string" || value === "") return [];
    const name = uri ?? value.replace(/^arn:[^:]*:s3:::/, "");
    return names.has(name) ? [] : [`${path} copies to the bucket ${name}, which this stack doesn't have`];
  });
}

/** AppFlow sends to services outside AWS by their connectors. */
function connectors(type: string, props: unknown): string[] {
  if (!type.startsWith("aws:appflow/flow:")) return [];
  return items(read(props, "destinationFlowConfigs")).flatMap((one) => {
    const connector = read(one, "connectorType");
    return /^(S3|Redshift|EventBridge|CustomerProfiles|LookoutMetrics)$/.test(String(connector))
      ? []
      : [`it sends to ${String(connector)}`];
  });
}

function isKnownHost(value: unknown, hosts: string[]): boolean {
  if (typeof value !== "string") return value !== UNKNOWN;
  const host = value.replace(/^\w+:\/\//, "").replace(/[:/].*$/, "");
  return (
    /\.(internal|local|amazonaws\.com)$|^(10|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(host) ||
    hosts.some((one) => host === one || host.endsWith(`.${one}`))
  );
}

function matches(table: [type: RegExp, path: RegExp][], type: string, path: string): boolean {
  return table.some(([types, paths]) => types.test(type) && paths.test(path));
}
