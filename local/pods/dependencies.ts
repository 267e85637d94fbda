import type { Graph } from "../../engine/index.ts";

/**
 * For one of the wanted resources, the URNs of the others that it depends on, directly or through any resource.
 * The same edges as Pulumi's own: explicit ones and those that a property's value came through.
 */
export function dependsOn(graph: Graph, wanted: ReadonlySet<string>): (urn: string) => string[] {
  const edges = new Map(
    graph.resources.map(({ urn, dependencies, propertyDependencies }) => [
      urn,
      [...dependencies, ...Object.values(propertyDependencies).flat()],
    ]),
  );
  return (urn) => {
    const seen = new Set([urn]);
    // A Set's iteration also visits what is added during it.
    for (const next of seen) for (const dependency of edges.get(next) ?? []) seen.add(dependency);
    seen.delete(urn);
    return [...seen].filter((one) => wanted.has(one));
  };
}
