import { nameProblems } from "./names.ts";
import type { KubernetesObject } from "./objects.ts";
import { referenceProblems } from "./references.ts";
import { schemaProblems } from "./schema.ts";
import { selectorProblems } from "./selectors.ts";
import { valueProblems } from "./values.ts";

/** All that is wrong with objects that one cluster is to have; what they refer to is only read once each is sound. */
export async function problemsOf(objects: KubernetesObject[]): Promise<string[]> {
  const alone = [
    (await Promise.all(objects.map(schemaProblems))).flat(),
    objects.flatMap(nameProblems),
  ].flat();
  if (alone.length > 0) return alone;
  return [...objects.flatMap(valueProblems), ...selectorProblems(objects), ...referenceProblems(objects)];
}
