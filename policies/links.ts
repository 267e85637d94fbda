import type { PolicyResource } from "@pulumi/policy";
import { items, read } from "./known.ts";

/** What a resource is known by to others. */
const NAMES = ["id", "arn", "name", "bucket"];

/**
 * Whether a resource's property leads to another resource: by its id, ARN or name, or, while those aren't known, by
 * what Pulumi recorded that the property's value came from.
 */
export function leadsTo(from: PolicyResource, property: string, to: PolicyResource): boolean {
  const value = read(from.props, property);
  const given = Array.isArray(value) ? items(value) : [value];
  const names = NAMES.map((name) => read(to.props, name)).filter((name) => typeof name === "string");
  if (given.some((one) => names.includes(one as string))) return true;
  return (from.propertyDependencies[property] ?? []).some(({ urn }) => urn === to.urn);
}

export function ofType(resources: PolicyResource[], ...types: string[]): PolicyResource[] {
  return resources.filter(({ type }) => types.includes(type));
}
