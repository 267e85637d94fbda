import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { leaves, read, UNKNOWN } from "./known.ts";
import { regionsNamed } from "./region-names.ts";

/** Where clients' data must stay, and the prefix of its zones' ids. */
const HOME = "ap-southeast-2";
const HOME_ZONES = "apse2";

const AWS = /^(aws[a-z-]*|eks):|^pulumi:providers:aws(-native)?$/;
const PROVIDER = /^pulumi:providers:aws(-native)?$/;
/** Types that a provider places in its own region when they name none. Components only pass on what they are given. */
const PLACED = /^aws(-native)?:/;
/** Properties that decide where something is, so that they must be known. */
const DECISIVE = /(region|regions|regionName|availabilityZone|availabilityZones|availabilityZoneNames)$/i;
/** These place nothing. */
const WORDS = new Set(["tags", "tagsAll", "defaultTags", "description"]);

/** Keeps everything of AWS in Australia: the resources, their zones, and what they are told to talk to. */
export const awsRegion: ResourceValidationPolicy = {
  name: "aws-region-ap-southeast-2",
  description: `AWS resources are in ${HOME}: a regulated Australian broker's data stays in Australia.`,
  enforcementLevel: "mandatory",
  validateResource: (resource, reportViolation) => {
    if (!AWS.test(resource.type)) return;
    const findings = [...placement(resource), ...mentions(resource.props)];
    if (findings.length === 0) return;
    reportViolation(
      `${resource.name} (${resource.type}) is not certain to be in ${HOME}: ${findings.join("; ")}. ` +
        `Set aws:region to ${HOME} and name only this region's zones, ARNs and endpoints.`,
    );
  },
};

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
function mentions(props: unknown): string[] {
  return [...leaves(props, WORDS)].flatMap(({ path, key, value }) => {
    if (value === UNKNOWN) return DECISIVE.test(key) ? [`${path} is ${said(value)}`] : [];
    if (typeof value !== "string") return [];
    const elsewhere = regionsNamed(value).find((region) => region !== HOME && region !== HOME_ZONES);
    if (elsewhere) return [`${path} is ${said(value.length > 120 ? `…${elsewhere}…` : value)}`];
    return path === "region" && value !== HOME ? [`region is ${said(value)}`] : [];
  });
}

function said(value: unknown): string {
  return value === UNKNOWN ? "not known in a preview" : JSON.stringify(value);
}
