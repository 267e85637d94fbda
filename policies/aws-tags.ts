import type { ResourceValidationArgs } from "@pulumi/policy";
import { items, read, said } from "./known.ts";
import { resourceRule } from "./rule.ts";
import { isTaggable } from "./taggable.ts";

/** What auditors select the platform's resources by. */
const TAGS = { DataSovereignty: "AU", Compliance: "ASIC" };

const AWS = /^(aws|awsx|eks|aws-native):/;
/** In an URN, below a component that a plugin constructs: the program can't give what is in there tags of its own. */
const CONSTRUCTED = /\$?(awsx|eks):[^$]*\$[^$]*::/;

/** Every resource carries its tags itself: what is only the provider's default is lost with another provider. */
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
      return value === expected ? [] : [`the tag ${tag} is ${said(value)}`];
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

/** A provider's settings are JSON in texts. */
function defaultTag(provider: unknown, tag: string): unknown {
  const defaults = read(provider, "defaultTags");
  if (typeof defaults !== "string") return read(defaults, "tags", tag);
  return read(JSON.parse(defaults), "tags", tag);
}
