import type { PolicyConfigSchema, PolicyResource } from "@pulumi/policy";
import { leadsTo, ofType } from "./rule.ts";
import { items, read, UNKNOWN } from "./values.ts";

/** The policy setting that names the prefix lists of other stacks whose ranges aren't the internet. */
export const PREFIX_LISTS_SCHEMA: PolicyConfigSchema = {
  properties: {
    prefixLists: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Ids of prefix lists that have the organisation's own ranges alone, such as pl-0123456789.",
    },
  },
};

/**
 * The ranges of the prefix lists that a resource's property names: those that the stack makes; none of those that the
 * setting `prefixLists` names; of others, whose ranges aren't in the program, `UNKNOWN`.
 */
export function prefixListRanges(
  { resources, config }: { resources: PolicyResource[]; config: object },
  resource: PolicyResource,
  property: string,
  ids: unknown[],
): unknown[] {
  const trusted = items(read(config, "prefixLists"));
  const lists = ofType(resources, "aws:ec2/managedPrefixList:ManagedPrefixList");
  return ids
    .filter((id) => !trusted.includes(id))
    .flatMap((id) => {
      const sources = resource.propertyDependencies[property] ?? [];
      const named = lists.filter(
        ({ urn, props }) => read(props, "id") === id || sources.some((source) => source.urn === urn),
      );
      return named.length === 0 ? [UNKNOWN] : named.flatMap((list) => rangesOf(list, resources));
    });
}

function rangesOf(list: PolicyResource, resources: PolicyResource[]): unknown[] {
  const entries = read(list.props, "entries");
  return [
    ...(entries === UNKNOWN ? [UNKNOWN] : items(entries).map((entry) => read(entry, "cidr"))),
    ...ofType(resources, "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry")
      .filter((entry) => leadsTo(entry, "prefixListId", list))
      .map(({ props }) => read(props, "cidr")),
  ];
}
