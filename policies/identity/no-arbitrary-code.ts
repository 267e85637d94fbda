import { items, read, resourceRule } from "../shared/index.ts";

/** Resources whose provider runs what the program gives it, with the rights of who deploys; and what that is. */
const RUNS: [RegExp, string][] = [
  [/^pulumi-nodejs:dynamic(\/[^:]*)?:/, "its provider is code of the program"],
  [/^pulumi-python:dynamic(\/[^:]*)?:/, "its provider is code of the program"],
  [/^command:(local|remote):/, "it runs a command"],
];

/** What code does with the deployer's rights no policy can see: it may open, copy or delete anything. */
export const noArbitraryCode = resourceRule({
  name: "no-arbitrary-code",
  description: "Nothing is made by code or commands that a deployment runs beside its providers.",
  severity: "high",
  verdict: "does what no policy can see",
  fix: "Declare the resource with its provider, or have the code reviewed and its type or name listed in this policy's setting reviewed.",
  configSchema: {
    properties: {
      reviewed: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Types and names of resources whose code was reviewed.",
      },
    },
  },
  judge: ({ type, name, getConfig }) => {
    const reviewed = items(read(getConfig(), "reviewed"));
    if (reviewed.includes(type) || reviewed.includes(name)) return [];
    return RUNS.flatMap(([pattern, what]) => (pattern.test(type) ? [what] : []));
  },
});
