import type { PolicyResource, ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import {
  ACCOUNTS,
  DESTINATIONS,
  display,
  type Finding,
  ownAccounts,
  read,
  resourceRule,
  sendsAway,
  UNKNOWN,
  unset,
} from "../shared/index.ts";
import { excerpt, texts } from "./nested-texts.ts";
import { EDGE_REGION, isOnlyInUsEast1, mayNameUsEast1 } from "./only-in-us-east-1.ts";
import { addressedElsewhere, elsewhere, isOwnZoneId, PLACES, type Places, placesOf } from "./places.ts";
import {
  declaredWithin,
  MEMBER_PROPERTIES,
  memberProperty,
  multiRegionKey,
  spansRegions,
} from "./spanning.ts";

const AWS = /^(aws[a-z-]*|eks):|^pulumi:providers:aws(-native)?$/;
/** What tells others where things are: Kubernetes' objects, a cluster's address, the registry that an image goes to. */
const TELLS = /^(pulumi:providers:)?(kubernetes|docker|docker-build)(:|$)/;
const PROVIDER = /^pulumi:providers:aws(-native)?$/;
/** Types that are created in their provider's region when they name none; components create nothing themselves. */
const REGIONAL = /^aws(-native)?:/;
/** Properties that decide where a resource is created or copied to, so that they must be known. */
const DECISIVE = /(regions?|regionNames?|regionLists?|availabilityZones?|availabilityZoneNames)$/i;
/** What may be a region whose name no pattern knows. */
const LOOSE = /^[a-z]{2,5}(-[a-z]+){1,3}-\d{1,2}$/;
/** Environment variables by which AWS's SDKs know their region. */
const SDK_REGION = /^(AWS_)?(DEFAULT_)?REGION$/i;

/**
 * Keeps everything of AWS in Australia: the resources, their zones and replicas, the ARNs and endpoints that they are
 * configured with, whither they send data, and services that span regions. Of Kubernetes objects what they are told
 * matters, and their manifests' documents.
 */
export const awsRegion = resourceRule({
  name: "aws-region-ap-southeast-2",
  description:
    "AWS resources, and the data that they send, are in ap-southeast-2 or another region of Australia: a regulated Australian broker's data stays there.",
  severity: "critical",
  verdict: "is not certain to be in Australia",
  fix: "Set aws:region to ap-southeast-2 and name only Australia's regions, zones, ARNs and endpoints, and the bank's own accounts and buckets; the policy's settings say which those are.",
  configSchema: { properties: { ...PLACES, ...ACCOUNTS, ...DESTINATIONS } },
  judge: (resource) => {
    const { type, props } = resource;
    const places = placesOf(resource.getConfig());
    if (TELLS.test(type)) return configured(type, props, places);
    if (!AWS.test(type)) return [];
    return [
      ...placement(resource, places),
      ...mentions(type, props, places),
      ...spansRegions(type, props),
      ...declaredWithin(props),
    ];
  },
  judgeStack: (stack) => {
    const config = stack.getConfig();
    const own = ownAccounts(stack.resources, config);
    return [
      ...stack.resources.flatMap((resource) =>
        sendsAway(resource, stack.resources, { config, own }).map((reason) => ({ resource, reason })),
      ),
      ...globalClusters(stack, placesOf(config)),
      ...multiRegionKeys(stack, placesOf(config)),
      ...edgeProviders(stack),
    ];
  },
});

/** What is wrong with the region that a resource gets from its provider. */
function placement({ type, props, provider }: ResourceValidationArgs, { regions }: Places): string[] {
  if (!unset(read(props, "region"))) return [];
  if (PROVIDER.test(type)) return ["the provider has no region of its own, so the environment would choose"];
  if (!REGIONAL.test(type)) return [];
  const region = read(provider?.props, "region");
  if (typeof region === "string" && regions.has(region)) return [];
  if (region === EDGE_REGION && isOnlyInUsEast1(type, props)) return [];
  if (region === undefined) return ["neither it nor its provider has a region"];
  return [`the region of its provider ${provider?.name} is ${display(region)}`];
}

/** Every property that names another region, or that decides on the region and isn't known yet. */
function mentions(type: string, props: unknown, places: Places): string[] {
  return [...texts(props)].flatMap(({ path, key, value, inPolicy }) => {
    if (unset(value) || mayNameUsEast1(type, path, value)) return [];
    if (path === "region") {
      const atEdge = value === EDGE_REGION && (PROVIDER.test(type) || isOnlyInUsEast1(type, props));
      return atEdge || (typeof value === "string" && places.regions.has(value))
        ? []
        : [`region is ${display(value)}`];
    }
    if (value === UNKNOWN) return DECISIVE.test(key) && !inPolicy ? [`${path} is ${display(value)}`] : [];
    if (typeof value !== "string") return [];
    if (/availabilityZoneIds?$/i.test(key) && !isOwnZoneId(value, places))
      return [`${path} is ${display(value)}`];
    const foreign = inPolicy
      ? addressedElsewhere(value, places)
      : (elsewhere(value, places, key) ?? (DECISIVE.test(key) ? unfamiliar(value, places) : undefined));
    return foreign ? [`${path} is ${excerpt(value, foreign)}`] : [];
  });
}

/** A region whose name is like a region's, and isn't one of ours. */
function unfamiliar(value: string, { regions }: Places): string | undefined {
  return LOOSE.test(value) && !regions.has(value) ? value : undefined;
}

/** The places elsewhere that a Kubernetes object, or another that is configured, tells those who read it. */
function configured(type: string, props: unknown, places: Places): string[] {
  const secret = /:Secret(List|Patch)?$/.test(type);
  return [...texts(props)].flatMap(({ path, key, value }) => {
    const decides = SDK_REGION.test(key) || (/:SecretProviderClass$/.test(type) && /region$/i.test(key));
    if (value === UNKNOWN) return decides ? [`${path} (${key}) is ${display(value)}`] : [];
    if (typeof value !== "string") return [];
    const text = secret && /^data\./.test(path) ? Buffer.from(value, "base64").toString("utf8") : value;
    const isLabel = /(^|\.)(annotations|labels|matchLabels)\./.test(path);
    const foreign = isLabel
      ? addressedElsewhere(text, places)
      : (elsewhere(text, places, key) ??
        (/region$/i.test(key) ? unfamiliar(text, places) : undefined) ??
        (decides && !/[$%{(]/.test(text) && !places.regions.has(text) && text !== "" ? text : undefined) ??
        (key === "AWS_STS_REGIONAL_ENDPOINTS" && text === "legacy" ? text : undefined));
    const what = path.endsWith(`.${key}`) ? path : `${path} (${key})`;
    return foreign ? [`${what} is ${excerpt(text, foreign)}`] : [];
  });
}

/** Clusters over several regions whose members this stack doesn't show, or shows elsewhere. */
function globalClusters({ resources }: StackValidationArgs, places: Places): Finding[] {
  return resources.flatMap((resource) => {
    const property = memberProperty(resource.type);
    if (property) {
      const members = resources.filter((one) => belongsTo(one, property, resource));
      return members.length > 1 && members.every((one) => isHere(one, places))
        ? []
        : [
            {
              resource,
              reason: "it copies data to other regions, and this stack doesn't show two members here",
            },
          ];
    }
    const named = MEMBER_PROPERTIES.filter(
      (one) => !unset(read(resource.props, one)) && read(resource.props, one) !== "",
    );
    const known = named.every((one) =>
      resources.some((cluster) => memberProperty(cluster.type) === one && belongsTo(resource, one, cluster)),
    );
    return REGIONAL.test(resource.type) && named.length > 0 && !known
      ? [{ resource, reason: "it belongs to a cluster over several regions, which this stack doesn't have" }]
      : [];
  });
}

/** Keys over several regions whose copies this stack doesn't show, or shows elsewhere. */
function multiRegionKeys({ resources }: StackValidationArgs, places: Places): Finding[] {
  return resources.flatMap((resource) => {
    const reason = multiRegionKey(resource.type, resource.props);
    if (!reason) return [];
    const copies = resources.filter(
      ({ props, propertyDependencies: { primaryKeyArn = [] } }) =>
        primaryKeyArn.includes(resource) ||
        (!unset(read(props, "primaryKeyArn")) &&
          read(props, "primaryKeyArn") === read(resource.props, "arn")),
    );
    return copies.length > 0 && copies.every((one) => isHere(one, places)) ? [] : [{ resource, reason }];
  });
}

function belongsTo(member: PolicyResource, property: string, cluster: PolicyResource): boolean {
  if (member === cluster || memberProperty(member.type)) return false;
  const value = read(member.props, property);
  if (unset(value) || value === "") return false;
  const names = ["id", property].map((key) => read(cluster.props, key));
  return (
    names.includes(value) ||
    (member.propertyDependencies[property] ?? []).some(({ urn }) => urn === cluster.urn)
  );
}

function isHere({ props, provider }: PolicyResource, { regions }: Places): boolean {
  const region = read(props, "region") ?? read(provider?.props, "region");
  return typeof region === "string" && regions.has(region);
}

/** Providers in us-east-1 that make something else than what AWS makes there only, or nothing. */
function edgeProviders({ resources }: StackValidationArgs): Finding[] {
  return resources.flatMap((resource) => {
    if (!PROVIDER.test(resource.type) || read(resource.props, "region") !== EDGE_REGION) return [];
    const made = resources.filter(({ provider }) => provider?.urn === resource.urn);
    return made.length > 0 && made.every(({ type, props }) => isOnlyInUsEast1(type, props))
      ? []
      : [{ resource, reason: `region is ${display(EDGE_REGION)}` }];
  });
}
