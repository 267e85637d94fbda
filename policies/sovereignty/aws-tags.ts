import type { ResourceValidationArgs } from "@pulumi/policy";
import { display, items, read, resourceRule } from "../shared/index.ts";
import { isTaggable } from "./taggable.ts";

/** The tags by which auditors find the platform's resources. */
const TAGS = { DataSovereignty: "AU", Compliance: "ASIC" };

const AWS = /^(aws|awsx|eks|aws-native):/;
/** In a URN, a resource inside a component of another package, whose tags the program can't set. */
const CONSTRUCTED = /\$?(awsx|eks):[^$]*\$[^$]*::/;

/** Every resource has its own tags: a provider's default tags are lost when it is given another provider. */
export const awsTags = resourceRule({
  name: "aws-tags",
  description: "Every AWS resource that can have tags has DataSovereignty=AU and Compliance=ASIC.",
  severity: "medium",
  verdict: "isn't found by auditors",
  fix: "Give it the tags DataSovereignty: AU and Compliance: ASIC.",
  judge: (resource) => {
    if (!AWS.test(resource.type) || !isTaggable(resource.type)) return [];
    return Object.entries(TAGS).flatMap(([tag, expected]) => {
      const value = tagOf(resource, tag);
      return value === expected ? [] : [`the tag ${tag} is ${display(value)}`];
    });
  },
});

function tagOf({ props, provider, urn }: ResourceValidationArgs, tag: string): unknown {
  const tags = read(props, "tags");
  const own = Array.isArray(tags)
    ? read(
        items(tags).find((item) => read(item, "key") === tag),
        "value",
      )
    : read(tags, tag);
  return own === undefined && CONSTRUCTED.test(urn) ? defaultTag(provider?.props, tag) : own;
}

/** A provider's settings are strings of JSON. */
function defaultTag(provider: unknown, tag: string): unknown {
  const defaults = read(provider, "defaultTags");
  if (typeof defaults !== "string") return read(defaults, "tags", tag);
  return read(JSON.parse(defaults), "tags", tag);
}
