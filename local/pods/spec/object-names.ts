import { z } from "zod";
import type { Resource } from "../../../engine/index.ts";

/** What all objects in a namespace have: a name, which may be left to Pulumi, and their namespace. */
export const Named = z.object({
  metadata: z.object({ name: z.string().optional(), namespace: z.string().default("default") }).prefault({}),
});
type Named = z.infer<typeof Named>;

/** What an object is called: by its manifest, or else as the program names the resource. */
export function nameOf(resource: Resource, { metadata }: Named): { name: string; namespace: string } {
  return { name: metadata.name ?? resource.name, namespace: metadata.namespace };
}

/**
 * `namespace/name`, by which others refer to it: a Rollout to its Deployment, an autoscaler to what it scales, a pod to
 * its ConfigMaps and secrets.
 */
export function fullName(resource: Resource, value: Named): string {
  const { name, namespace } = nameOf(resource, value);
  return `${namespace}/${name}`;
}
