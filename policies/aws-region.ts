import type { ResourceValidationArgs } from "@pulumi/policy";
import { containers } from "./containers.ts";
import { items, leaves, read, said, UNKNOWN } from "./known.ts";
import { regionsAddressed, regionsNamed } from "./region-names.ts";
import { resourceRule } from "./rule.ts";

/** Where clients' data must stay, and the prefix of its zones' ids. */
const HOME = "ap-southeast-2";
const HOME_ZONES = "apse2";

const AWS = /^(aws[a-z-]*|eks):|^pulumi:providers:aws(-native)?$/;
const KUBERNETES = /^kubernetes:/;
const PROVIDER = /^pulumi:providers:aws(-native)?$/;
/** Types that a provider places in its own region when they name none. Components only pass on what they are given. */
const PLACED = /^aws(-native)?:/;
/** Properties that decide where something is, so that they must be known. */
const DECISIVE = /(region|regions|regionName|availabilityZone|availabilityZones|availabilityZoneNames)$/i;
/** These place nothing. */
const WORDS = new Set(["tags", "tagsAll", "defaultTags", "description"]);

/**
 * Keeps everything of AWS in Australia: the resources, their zones, their copies, and what they are told to talk to.
 * What runs in the cluster is only told whom to talk to, by ARNs and endpoints.
 */
export const awsRegion = resourceRule({
  name: "aws-region-ap-southeast-2",
  description: `AWS resources are in ${HOME}: a regulated Australian broker's data stays in Australia.`,
  severity: "critical",
  verdict: `is not certain to be in ${HOME}`,
  fix: `Set aws:region to ${HOME} and name only this region's zones, ARNs and endpoints.`,
  judge: (resource) => {
    const { type, props } = resource;
    if (KUBERNETES.test(type)) return [...mentions(props, regionsAddressed), ...told(type, props)];
    return AWS.test(type)
      ? [...placement(resource), ...mentions(props, regionsNamed), ...unbound(type, props)]
      : [];
  },
});

/** What is wrong with the region that a resource gets from its provider. */
function placement({ type, props, provider }: ResourceValidationArgs): string[] {
  if (read(props, "region") !== undefined) return [];
  if (PROVIDER.test(type)) return ["the provider has no region of its own, so the environment would choose"];
  if (!PLACED.test(type)) return [];
  const region = read(provider?.props, "region");
  if (region === HOME) return [];
  if (region === undefined) return ["neither it nor its provider has a region"];
  return [`the region of its provider ${provider?.name} is ${said(region)}`];
}

/** Every property that names another region, or that can't be known before it is too late. */
function mentions(props: unknown, regionsOf: (text: string) => string[]): string[] {
  return [...leaves(props, WORDS)].flatMap(({ path, key, value }) => {
    if (path === "region" && value !== HOME && value !== undefined && value !== null)
      return regionsOf === regionsNamed ? [`region is ${said(value)}`] : [];
    if (value === UNKNOWN)
      return regionsOf === regionsNamed && DECISIVE.test(key) ? [`${path} is ${said(value)}`] : [];
    if (typeof value !== "string") return [];
    const elsewhere = regionsOf(value).find((region) => region !== HOME && region !== HOME_ZONES);
    return elsewhere ? [`${path} is ${value.length > 120 ? `"…${elsewhere}…"` : said(value)}`] : [];
  });
}

/** The regions that containers, and those who fetch secrets for them, are told to call AWS in. */
function told(type: string, props: unknown): string[] {
  const variables = containers(type, props).flatMap(({ where, value: container }) =>
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
    value === undefined || value === null || value === HOME ? [] : [`${where} is ${said(value)}`],
  );
}

/** What spans regions by its nature, so that no property names where its data goes. */
const UNBOUND = new Set([
  "aws:rds/globalCluster:GlobalCluster",
  "aws:docdb/globalCluster:GlobalCluster",
  "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
  "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint",
  "aws:dynamodb/globalTable:GlobalTable",
  "aws:cloudfront/distribution:Distribution",
]);

function unbound(type: string, props: unknown): string[] {
  const key = type.startsWith("aws:kms/") ? read(props, "multiRegion") : undefined;
  const global = read(props, "globalClusterIdentifier") ?? read(props, "globalReplicationGroupId");
  return [
    ...(global === undefined || global === null || global === ""
      ? []
      : ["it belongs to a cluster over several regions"]),
    ...(UNBOUND.has(type) ? ["it copies data to other regions"] : []),
    ...(key === true || key === UNKNOWN ? [`multiRegion is ${said(key)}`] : []),
  ];
}
