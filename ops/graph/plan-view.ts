import { mask, type Resource, type Violation } from "../../engine/index.ts";
import type { Declared } from "../../local/declare.ts";
import type { GraphDiff } from "./diff.ts";
import { summarizeDiff } from "./diff-view.ts";
import { type Hidden, hiddenResources } from "./hidden.ts";

/** Resources by their parent. */
type Children = Map<string | undefined, Resource[]>;

/**
 * The plan for programs: secrets masked; `notLookedInto` are the resources that were judged by their arguments alone;
 * `recorded` is the difference from the recorded graph, null where none is.
 */
export function planJson({ graph, violations }: Declared, recorded?: GraphDiff): object {
  const resources = graph.resources.map(({ urn, type, name, parent, dependencies, provider, inputs }) => ({
    urn,
    type,
    name,
    parent: parent ?? null,
    dependencies,
    provider: provider ?? null,
    inputs: mask(inputs),
  }));
  return {
    stack: graph.stack,
    resources,
    violations,
    notLookedInto: hiddenResources(graph),
    outputs: mask(graph.outputs),
    recorded: recorded ?? null,
  };
}

/** The plan for people: a tree by component with counts, the verdicts, the outputs, what changed since it was recorded. */
export function renderPlan({ graph, violations }: Declared, recorded?: GraphDiff): string {
  const children = Map.groupBy(graph.resources, ({ parent }) => parent);
  const roots = graph.resources.filter(({ parent }) => parent === undefined);
  const custom = graph.resources.filter(
    (one) => one.custom && !one.external && !one.type.startsWith("pulumi:"),
  );
  return [
    `stack ${graph.stack}: ${custom.length} resources`,
    ...roots.flatMap((root) => branch(root, children, "")),
    "",
    ...verdicts(violations),
    ...unseen(hiddenResources(graph)),
    "",
    "outputs",
    ...Object.entries(graph.outputs).map(([key, value]) => `  ${key}: ${JSON.stringify(mask(value))}`),
    ...(recorded ? ["", "recorded graph", ...summarizeDiff(recorded).map((line) => `  ${line}`)] : []),
  ].join("\n");
}

function branch(resource: Resource, children: Children, indent: string): string[] {
  const below = children.get(resource.urn) ?? [];
  const count = below.length > 0 ? ` (${descendants(resource, children)})` : "";
  const parts = below.filter(({ urn, custom }) => !custom || children.has(urn));
  const leaves = below.filter((one) => !parts.includes(one));
  return [
    `${indent}${resource.name}  ${resource.type}${count}`,
    ...parts.flatMap((one) => branch(one, children, `${indent}  `)),
    ...leaves.map((one) => `${indent}  ${one.name}  ${one.type}`),
  ];
}

function descendants(resource: Resource, children: Children): number {
  const below = children.get(resource.urn) ?? [];
  return below.reduce((sum, one) => sum + 1 + descendants(one, children), 0);
}

function verdicts(violations: Violation[]): string[] {
  if (violations.length === 0) return ["policies: no violations"];
  return [
    `policies: ${violations.length} violation${violations.length === 1 ? "" : "s"}`,
    ...violations.map(
      ({ policy, level, urn, message }) => `  [${level}] ${policy}: ${message}${urn ? `\n    ${urn}` : ""}`,
    ),
  ];
}

/** What no policy saw, by kind: resources that were judged by their arguments alone. */
function unseen(hidden: Hidden[]): string[] {
  if (hidden.length === 0) return [];
  const kinds = Map.groupBy(hidden, ({ type, hides }) => `${type}: ${hides}`);
  return [
    `not looked into: ${hidden.length} resource${hidden.length === 1 ? "" : "s"}, judged by their arguments alone`,
    ...[...kinds].map(([kind, of]) => `  ${kind} (${of.map(({ name }) => name).join(", ")})`),
  ];
}
