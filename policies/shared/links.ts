import type { PolicyResource } from "@pulumi/policy";
import { items, read } from "./values.ts";

/** The two names that the provider has for the type of a load balancer. */
export const BALANCERS = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];

/** The outputs by which other resources refer to one. */
const NAMES = ["id", "arn", "name", "bucket"];

/**
 * Whether a resource's property refers to another resource: by its id, ARN or name, or, while a preview doesn't know
 * those, by the resources that Pulumi recorded the property's value to come from.
 */
export function leadsTo(from: PolicyResource, property: string, to: PolicyResource): boolean {
  const value = read(from.props, property);
  const given = Array.isArray(value) ? items(value) : [value];
  const names = NAMES.map((name) => read(to.props, name)).filter((name) => typeof name === "string");
  if (given.some((one) => names.includes(one as string))) return true;
  return (from.propertyDependencies[property] ?? []).some(({ urn }) => urn === to.urn);
}

/** The resources of any of these types. */
export function ofType(resources: PolicyResource[], ...types: string[]): PolicyResource[] {
  return resources.filter(({ type }) => types.includes(type));
}
