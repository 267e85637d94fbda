import { type Graph, type Resource, reveal } from "../../engine/index.ts";

/** A resource that a plan without the providers can't look into, and what it can't see there. */
export interface Hidden {
  urn: string;
  type: string;
  name: string;
  hides: string;
}

/** By type, what isn't in the graph; the first that fits. */
const HIDES: [RegExp, string | ((inputs: Record<string, unknown>) => string | undefined)][] = [
  [/^kubernetes:helm\.sh\/v\d:/, "what is in its chart, beside the values that it is given"],
  [
    /^kubernetes:yaml(\/v2)?:Config(Group|File)$/,
    ({ file, files }) => (file || files ? "what is in its files" : undefined),
  ],
  [/^kubernetes:kustomize(\/v2)?:Directory$/, "what is in its folder"],
  [
    /^kubernetes:(argoproj\.io\/[^:]+:Application(Set)?|source\.toolkit\.fluxcd\.io\/.*|helm\.(toolkit\.fluxcd|cattle)\.io\/.*)$/,
    "what a controller installs from there",
  ],
  [/^pulumi-(nodejs|python):dynamic/, "what the code of its dynamic provider does"],
  [/^command:/, "what its command does"],
  [
    /^aws:cloudformation\/(stack|stackSet):/,
    ({ templateUrl }) => (templateUrl ? "what is in its template" : undefined),
  ],
  [/^aws:servicecatalog\/provisionedProduct:/, "what its product is made of"],
  [/^aws:eks\/addon:Addon$/, "what AWS installs for it"],
  [/^pulumi:pulumi:StackReference$/, "how the other stack made what it exports"],
];

/**
 * The resources of a graph that are judged by their arguments alone: what their providers make of them when they are
 * deployed isn't known to a plan without them, so that no policy saw it.
 */
export function hiddenResources({ resources }: Graph): Hidden[] {
  const parents = new Set(resources.map(({ parent }) => parent));
  return resources.flatMap((resource) => {
    const hides = hidden(resource, parents);
    const { urn, type, name } = resource;
    return hides === undefined ? [] : [{ urn, type, name, hides }];
  });
}

function hidden(
  { urn, type, inputs, remote }: Resource,
  parents: Set<string | undefined>,
): string | undefined {
  const [, what] = HIDES.find(([pattern]) => pattern.test(type)) ?? [];
  const own = typeof what === "function" ? what(reveal(inputs)) : what;
  if (own !== undefined || !remote || parents.has(urn)) return own;
  return "the resources that its component makes";
}
