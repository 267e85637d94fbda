import { z } from "zod";
import type { Resource } from "../../../engine/index.ts";

/** What all objects in a namespace have. */
export const Named = z.object({
  metadata: z.object({ name: z.string().optional(), namespace: z.string().default("default") }).prefault({}),
});
type Named = z.infer<typeof Named>;

/** What it is called: by its manifest, or as the program names it. */
export function nameOf(resource: Resource, { metadata }: Named): { name: string; namespace: string } {
  return { name: metadata.name ?? resource.name, namespace: metadata.namespace };
}

/** `namespace/name`, by which others refer to it. */
export function fullName(resource: Resource, value: Named): string {
  const { name, namespace } = nameOf(resource, value);
  return `${namespace}/${name}`;
}
