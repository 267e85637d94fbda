import { appendFileSync } from "node:fs";
import type { PolicyResource } from "@pulumi/policy";

/**
 * The file that gets a line for each policy, and for each resource whose properties it read: `{ policy, description }` or
 * `{ policy, urn, type, name }`. Unset, nothing is observed. `trizone compliance` sets it.
 */
const file = process.env.TRIZONE_POLICY_OBSERVATIONS;
const seen = new Set<string>();

/** Makes a policy known that may have no resource to look at. */
export function observePolicy(policy: string, description: string): void {
  if (file) appendFileSync(file, `${JSON.stringify({ policy, description })}\n`);
}

/**
 * The resource, which is recorded as looked at by the policy once it reads a property that the resource has: reading its type,
 * or asking for what it lacks, only shows that the policy is not about it.
 */
export function observed<Resource extends Pick<PolicyResource, "urn" | "type" | "name" | "props">>(
  policy: string,
  resource: Resource,
): Resource {
  if (!file) return resource;
  const { urn, type, name } = resource;
  const note = () => {
    const line = JSON.stringify({ policy, urn, type, name });
    if (seen.has(line)) return;
    seen.add(line);
    appendFileSync(file, `${line}\n`);
  };
  const props = new Proxy(resource.props, {
    get(target, key) {
      if (typeof key === "string" && Object.hasOwn(target, key)) note();
      return Reflect.get(target, key);
    },
  });
  return { ...resource, props };
}
