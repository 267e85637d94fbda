import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { display, items, ofType, read, resourceRule } from "../shared/index.ts";

const require = createRequire(import.meta.url);
const answers = new Map<string, boolean>();

/**
 * Whether resources of this type can have tags, by the inputs that the class in the provider's SDK lists; the type
 * names the class's file. A type that the SDK doesn't have counts as taggable.
 */
function isTaggable(type: string): boolean {
  const answer = answers.get(type) ?? takesTags(type);
  answers.set(type, answer);
  return answer;
}

function takesTags(type: string): boolean {
  const [name = "", module = "", kind = ""] = type.split(":");
  // `aws:s3/bucket:Bucket` is s3/bucket.js, `awsx:ec2:Vpc` ec2/vpc.js, and `eks:index:Cluster` cluster.js.
  const folder = module.includes("/") ? dirname(module) : module === "index" ? "" : module;
  const file = join(sdk(name), folder, `${kind.slice(0, 1).toLowerCase()}${kind.slice(1)}.js`);
  return !existsSync(file) || /resourceInputs\["tags"\]/.test(readFileSync(file, "utf8"));
}

function sdk(name: string): string {
  try {
    return dirname(require.resolve(`@pulumi/${name}/package.json`));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND")
      return `/no-sdk-of-${name}`;
    throw error;
  }
}

/** The tags by which auditors find the platform's resources. */
const TAGS = { DataSovereignty: "AU", Compliance: "ASIC" };

const AWS = /^(aws|awsx|eks|aws-native):/;
/** Components of other packages, whose provider a policy isn't shown: any of the stack's may be it. */
const COMPONENT = /^(awsx|eks):/;
/** The tags of an Auto Scaling group, to which AWS's provider adds none of its default tags. */
const LISTED = /^aws:autoscaling\//;

/** Every resource has the tags, by itself or from the default tags of its provider, which AWS's provider puts on it. */
export const awsTags = resourceRule({
  name: "aws-tags",
  description: "Every AWS resource that can have tags has DataSovereignty=AU and Compliance=ASIC.",
  severity: "medium",
  verdict: "isn't found by auditors",
  fix: "Give it the tags DataSovereignty: AU and Compliance: ASIC, or its provider the defaultTags.",
  judge: ({ type, props, provider }) =>
    AWS.test(type) && !COMPONENT.test(type) ? missing(type, props, [provider?.props]) : [],
  judgeStack: ({ resources }) => {
    const providers = ofType(resources, "pulumi:providers:aws").map(({ props }) => props);
    return resources
      .filter(({ type }) => COMPONENT.test(type))
      .flatMap((resource) =>
        missing(resource.type, resource.props, providers).map((reason) => ({ resource, reason })),
      );
  },
});

/** The tags that neither a resource nor all of the providers that it may have give it. */
function missing(type: string, props: unknown, providers: unknown[]): string[] {
  if (!isTaggable(type)) return [];
  return Object.entries(TAGS).flatMap(([tag, expected]) => {
    const own = tagOf(props, tag);
    const byDefault = LISTED.test(type) ? [] : providers.map((provider) => defaultTag(provider, tag));
    const isDefault = byDefault.length > 0 && byDefault.every((value) => value === expected);
    return own === expected || (own === undefined && isDefault) ? [] : [`the tag ${tag} is ${display(own)}`];
  });
}

function tagOf(props: unknown, tag: string): unknown {
  const tags = read(props, "tags");
  if (!Array.isArray(tags)) return read(tags, tag);
  return read(
    items(tags).find((item) => read(item, "key") === tag),
    "value",
  );
}

/** A provider's settings are strings of JSON. */
function defaultTag(provider: unknown, tag: string): unknown {
  const defaults = read(provider, "defaultTags");
  if (typeof defaults !== "string") return read(defaults, "tags", tag);
  return read(JSON.parse(defaults), "tags", tag);
}
