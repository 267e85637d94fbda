import { entries, items, read, UNKNOWN, unset } from "../shared/index.ts";
import { parsed } from "./nested-texts.ts";

/** What is wrong with a resource of a service that spans regions; undefined where it stays in one. */
type Judge = (props: unknown) => string | undefined;

const always =
  (reason: string): Judge =>
  () =>
    reason;

const EDGES = "it is served by AWS's edges worldwide";
const COPIES = "it copies data to other regions";

/** An API or its domain goes through CloudFront unless it says otherwise. */
const edgeOptimised: Judge = (props) => {
  const configuration = read(props, "endpointConfiguration") ?? read(props, "EndpointConfiguration");
  if (configuration === UNKNOWN) return "its endpoint's type is not known in a preview";
  const types = read(configuration, "types") ?? read(configuration, "Types");
  if (types === UNKNOWN) return "its endpoint's type is not known in a preview";
  const list = Array.isArray(types) ? items(types) : [types].filter((one) => typeof one === "string");
  return list.length > 0 && list.every((type) => type === "REGIONAL" || type === "PRIVATE")
    ? undefined
    : `its endpoint is edge-optimised, and ${EDGES}: set endpointConfiguration.types to REGIONAL or PRIVATE`;
};

const accelerated =
  (...path: string[]): Judge =>
  (props) => {
    const status = read(props, ...path);
    return status === "Enabled" || status === UNKNOWN
      ? "transfer acceleration takes uploads at AWS's edges worldwide"
      : undefined;
  };

const bucket: Judge = (props) =>
  accelerated("accelerationStatus")(props) ??
  accelerated("accelerateConfiguration", "accelerationStatus")(props) ??
  accelerated("AccelerateConfiguration", "AccelerationStatus")(props);

/** A sign-in page under a domain of its own is served by CloudFront, under AWS's it isn't. */
const ownDomain: Judge = (props) =>
  unset(read(props, "certificateArn") ?? read(props, "customDomainConfig")) ? undefined : EDGES;

/** Types that span regions without a property that names where the data goes, by service and kind in lower case. */
const SPANNING: Record<string, Judge> = {
  "amplify:app": always(EDGES),
  "amplify:domainassociation": always(EDGES),
  "apigateway:restapi": edgeOptimised,
  "apigateway:domainname": edgeOptimised,
  "appsync:domainname": always(EDGES),
  "cloudfront:connectiongroup": always(EDGES),
  "cloudfront:distribution": always(COPIES),
  "cloudfront:distributiontenant": always(EDGES),
  "cloudfront:keyvaluestore": always(EDGES),
  "cloudfront:multitenantdistribution": always(EDGES),
  "cognito:userpooldomain": ownDomain,
  "globalaccelerator:accelerator": always(EDGES),
  "globalaccelerator:customroutingaccelerator": always(EDGES),
  "lightsail:distribution": always(EDGES),
  "s3:accelerateconfiguration": accelerated("status"),
  "s3:bucketaccelerateconfiguration": accelerated("status"),
  "s3:bucketaccelerateconfigurationv2": accelerated("status"),
  "s3:bucket": bucket,
  "s3:bucketv2": bucket,
  "s3:multiregionaccesspoint": always(COPIES),
  "s3control:multiregionaccesspoint": always(COPIES),
};

/** Clusters over several regions: the property by which a member names one. */
const GLOBAL_CLUSTERS: Record<string, string> = {
  "docdb:globalcluster": "globalClusterIdentifier",
  "elasticache:globalreplicationgroup": "globalReplicationGroupId",
  "memorydb:multiregioncluster": "multiRegionClusterName",
  "neptune:globalcluster": "globalClusterIdentifier",
  "rds:globalcluster": "globalClusterIdentifier",
};

/** What a key says of other regions: it may be copied to any by a replica key. Undefined where it stays in one. */
export function multiRegionKey(type: string, props: unknown): string | undefined {
  if (!/^kms:(external)?key$/.test(kindOf(type))) return undefined;
  const value = read(props, "multiRegion") ?? read(props, "MultiRegion");
  if (value === UNKNOWN) return "multiRegion is not known in a preview";
  return value === true || value === "true" ? "multiRegion is true" : undefined;
}

/** `s3:bucket` of `aws:s3/bucket:Bucket`, `aws-native:s3:Bucket` and `AWS::S3::Bucket`. */
export function kindOf(type: string): string {
  const [, service = "", kind = ""] =
    /^(?:aws(?:-native)?:|AWS::)([\w-]+?)(?:\/\w+)?::?(\w+)$/.exec(type) ?? [];
  return `${service}:${kind}`.toLowerCase();
}

/** What is wrong with a resource whose service spans regions, and doesn't say which. */
export function spansRegions(type: string, props: unknown): string[] {
  const reason = SPANNING[kindOf(type)]?.(props);
  return reason ? [reason] : [];
}

/** The property by which members name this cluster over several regions; undefined for other types. */
export function memberProperty(type: string): string | undefined {
  return GLOBAL_CLUSTERS[kindOf(type)];
}

/** The properties by which a resource says that it belongs to a cluster over several regions. */
export const MEMBER_PROPERTIES = [...new Set(Object.values(GLOBAL_CLUSTERS))];

/**
 * What is wrong with the resources that a CloudFormation stack's template, or Cloud Control's desired state, declares:
 * those that span regions.
 */
export function declaredWithin(props: unknown): string[] {
  const typeName = read(props, "typeName");
  const state = read(props, "desiredState");
  const controlled =
    typeof typeName === "string" ? declared(typeName, typeof state === "string" ? parsed(state) : state) : [];
  const body = read(props, "templateBody");
  const resources = read(typeof body === "string" ? parsed(body) : body, "Resources");
  return [
    ...controlled,
    ...entries(resources).flatMap(([name, resource]) => {
      const type = read(resource, "Type");
      const reasons = typeof type === "string" ? declared(type, read(resource, "Properties")) : [];
      return reasons.map((reason) => `its resource ${name}: ${reason}`);
    }),
  ];
}

function declared(type: string, props: unknown): string[] {
  const key = multiRegionKey(type, props);
  return memberProperty(type) ? [COPIES] : key ? [key] : spansRegions(type, props);
}
