import { dereference, nameOf, type PropertyMap, reveal, typeOf } from "../../../engine/graph/index.ts";
import type { CreateResult } from "../../../engine/monitor/index.ts";
import { createProvider } from "../../../local/provider/index.ts";

/** Where all answers come from: the provider of the offline engine. */
export const answers = createProvider();

/**
 * Tells the answers which region the program is in. The offline engine's one provider learns it from the first
 * resource that says so; a plugin is one process a package, and may never see that resource.
 */
export async function settle(region: unknown): Promise<void> {
  if (typeof region === "string") await answers.invoke("aws:index/getRegion:getRegion", { region });
}

/** What is made of a resource of which the inputs are as the engine sent them. */
export function make(urn: string, sent: PropertyMap, remote = false): Promise<CreateResult> {
  const inputs: PropertyMap = dereference(reveal(sent));
  return answers.create({ urn, type: typeOf(urn), name: nameOf(urn), inputs, remote });
}

/** Refuses what the offline engine's provider refuses; what a preview doesn't know yet is let through. */
export async function refuse(urn: string, sent: PropertyMap, remote = false): Promise<void> {
  const inputs: PropertyMap = dereference(reveal(sent));
  await answers.check?.({ urn, type: typeOf(urn), name: nameOf(urn), inputs, remote });
}
