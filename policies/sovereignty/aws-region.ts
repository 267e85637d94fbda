import type { ResourceValidationArgs } from "@pulumi/policy";
import { containersOf, display, items, leaves, read, resourceRule, UNKNOWN } from "../shared/index.ts";

/** A region's name: `ap-southeast-2`, `us-gov-west-1`. Strict, since identifiers such as `db-main-1` look alike. */
const REGION =
  "[a-z]{2}(?:-[a-z]+)?-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)-\\d";

const WHOLE = new RegExp(`^(${REGION})$`);
/** `us-east-1a`, and a local or wavelength zone: `us-east-1-bos-1a`, `us-east-1-wl1-bos-wlz-1`. */
const ZONE = new RegExp(`^(${REGION})(?:[a-z]|-[a-z0-9]+(?:-[a-z0-9]+)+)$`);
const ZONE_ID = /^([a-z]{3,5}\d)-(?:[a-z0-9]+-)?az\d$/;
const ARN = new RegExp(`arn:aws[a-z-]*:[a-z0-9-]*:(${REGION}):`, "g");
const HOST = new RegExp(
  `[.-](${REGION})\\.(?:[a-z0-9-]+\\.)*(?:amazonaws\\.com|amazoncognito\\.com|api\\.aws|on\\.aws)`,
  "g",
);

/** The regions in a text that is a region or a zone, or has ARNs or AWS host names; of a zone's id, the prefix. */
function regionsNamed(text: string): string[] {
  const whole = WHOLE.exec(text)?.[1] ?? ZONE.exec(text)?.[1] ?? ZONE_ID.exec(text)?.[1];
  if (whole) return [whole];
  return regionsAddressed(text);
}

/** The regions of the ARNs and the AWS host names in a text. */
function regionsAddressed(text: string): string[] {
  return [...text.matchAll(ARN), ...text.matchAll(HOST)].flatMap(([, region]) => region ?? []);
}

/** The region where clients' data must stay, and the prefix of its availability zone ids. */
const HOME = "ap-southeast-2";
const HOME_ZONES = "apse2";

const AWS = /^(aws[a-z-]*|eks):|^pulumi:providers:aws(-native)?$/;
const KUBERNETES = /^kubernetes:/;
const PROVIDER = /^pulumi:providers:aws(-native)?$/;
/** Types that are created in their provider's region when they name none; components create nothing themselves. */
const REGIONAL = /^aws(-native)?:/;
/** Properties that decide where a resource is created, so that they must be known. */
const DECISIVE = /(region|regions|regionName|availabilityZone|availabilityZones|availabilityZoneNames)$/i;
/** Text for people, which decides nothing. */
const FREE_TEXT = new Set(["tags", "tagsAll", "defaultTags", "description"]);

/**
 * Keeps everything of AWS in Australia: the resources, their zones, their replicas, and the ARNs and endpoints that
 * they are configured with. Of Kubernetes objects only the last matter.
 */
export const awsRegion = resourceRule({
  name: "aws-region-ap-southeast-2",
  description: `AWS resources are in ${HOME}: a regulated Australian broker's data stays in Australia.`,
  severity: "critical",
  verdict: `is not certain to be in ${HOME}`,
  fix: `Set aws:region to ${HOME} and name only this region's zones, ARNs and endpoints.`,
  judge: (resource) => {
    const { type, props } = resource;
    if (KUBERNETES.test(type))
      return [...mentions(props, regionsAddressed), ...configuredRegions(type, props)];
    return AWS.test(type)
      ? [...placement(resource), ...mentions(props, regionsNamed), ...multiRegion(type, props)]
      : [];
  },
});

/** What is wrong with the region that a resource gets from its provider. */
function placement({ type, props, provider }: ResourceValidationArgs): string[] {
  if (read(props, "region") !== undefined) return [];
  if (PROVIDER.test(type)) return ["the provider has no region of its own, so the environment would choose"];
  if (!REGIONAL.test(type)) return [];
  const region = read(provider?.props, "region");
  if (region === HOME) return [];
  if (region === undefined) return ["neither it nor its provider has a region"];
  return [`the region of its provider ${provider?.name} is ${display(region)}`];
}

/** Every property that names another region, or that decides on the region and isn't known yet. */
function mentions(props: unknown, regionsOf: (text: string) => string[]): string[] {
  return [...leaves(props, FREE_TEXT)].flatMap(({ path, key, value }) => {
    if (path === "region" && value !== HOME && value !== undefined && value !== null)
      return regionsOf === regionsNamed ? [`region is ${display(value)}`] : [];
    if (value === UNKNOWN)
      return regionsOf === regionsNamed && DECISIVE.test(key) ? [`${path} is ${display(value)}`] : [];
    if (typeof value !== "string") return [];
    const elsewhere = regionsOf(value).find((region) => region !== HOME && region !== HOME_ZONES);
    return elsewhere ? [`${path} is ${value.length > 120 ? `"…${elsewhere}…"` : display(value)}`] : [];
  });
}

/** The regions that containers, and the driver that mounts their secrets, are configured to call AWS in. */
function configuredRegions(type: string, props: unknown): string[] {
  const variables = containersOf(type, props).flatMap(({ where, value: container }) =>
    items(read(container, "env"))
      .filter((variable) => /REGION$/i.test(String(read(variable, "name"))))
      .map((variable) => [`${where} with ${read(variable, "name")}`, read(variable, "value")] as const),
  );
  const parameters = /:SecretProviderClass$/.test(type)
    ? ["region", "failoverRegion"].map(
        (key) => [`spec.parameters.${key}`, read(props, "spec", "parameters", key)] as const,
      )
    : [];
  return [...variables, ...parameters].flatMap(([where, value]) =>
    value === undefined || value === null || value === HOME ? [] : [`${where} is ${display(value)}`],
  );
}

/** Types that span regions by their nature, without a property that names where the data goes. */
const MULTI_REGION = new Set([
  "aws:rds/globalCluster:GlobalCluster",
  "aws:docdb/globalCluster:GlobalCluster",
  "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
  "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint",
  "aws:dynamodb/globalTable:GlobalTable",
  "aws:cloudfront/distribution:Distribution",
]);

function multiRegion(type: string, props: unknown): string[] {
  const key = type.startsWith("aws:kms/") ? read(props, "multiRegion") : undefined;
  const global = read(props, "globalClusterIdentifier") ?? read(props, "globalReplicationGroupId");
  return [
    ...(global === undefined || global === null || global === ""
      ? []
      : ["it belongs to a cluster over several regions"]),
    ...(MULTI_REGION.has(type) ? ["it copies data to other regions"] : []),
    ...(key === true || key === UNKNOWN ? [`multiRegion is ${display(key)}`] : []),
  ];
}
