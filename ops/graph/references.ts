import { type Graph, isObject, mask, type Resource } from "../../engine/index.ts";

/** A value that a provider computed, and the expression that stands for it. */
export type ComputedValue = [value: string, expression: string];

/** Shorter ones are words and numbers that other resources have by chance. */
const SHORTEST = 8;

/** What stands for a resource: `type::name` where that is one of a kind, else with the types of its parents. */
export function referencesTo(graph: Graph): (urn: string) => string {
  const short = ({ type, name }: Resource) => `${type}::${name}`;
  const count = new Map<string, number>();
  for (const one of graph.resources) count.set(short(one), (count.get(short(one)) ?? 0) + 1);
  const known = new Map(
    graph.resources.map((one) => [one.urn, count.get(short(one)) === 1 ? short(one) : withoutStack(one.urn)]),
  );
  return (urn) => known.get(urn) ?? withoutStack(urn);
}

/** `urn:pulumi:<stack>::<project>::<types>::<name>` without what every resource of the stack has. */
function withoutStack(urn: string): string {
  return urn.split("::").slice(2).join("::");
}

/**
 * By resource (URN), its computed values and the expression that each comes from, e.g. an id of a VPC ->
 * `${network-vpc.vpcId}`. Offline these values are made up and differ between stacks; where they come from is what the
 * program says. Left out are values that the program wrote itself, such as the region, and those that two resources have.
 */
export function computedValues(graph: Graph): Map<string, ComputedValue[]> {
  const owners = new Map<string, Set<string>>();
  const literal = new Set(graph.resources.flatMap(literals));
  const expressions = new Map<string, Map<string, string>>();
  for (const resource of graph.resources) {
    if (!resource.custom && !resource.remote) continue;
    const given = new Set(strings(resource.inputs).map(([, value]) => value));
    const own = new Map<string, string>();
    const { id, arn, ...others } = resource.outputs;
    const values = strings(mask({ arn, id: resource.id ?? id, ...others }));
    for (const [path, value] of values) {
      if (value.length < SHORTEST || value === "[secret]") continue;
      if (given.has(value) || literal.has(value)) continue;
      if (!own.has(value)) own.set(value, `\${${resource.name}.${path}}`);
      owners.set(value, (owners.get(value) ?? new Set()).add(resource.urn));
    }
    expressions.set(resource.urn, own);
  }
  const entries = [...expressions].map(([urn, own]) => {
    const unique = [...own].filter(([value]) => owners.get(value)?.size === 1);
    return [urn, unique] as const;
  });
  return new Map(entries);
}

/** The order in which they are looked for in a text: one may be a part of another. */
export function longestFirst(values: ComputedValue[]): ComputedValue[] {
  return values.sort(([one], [other]) => other.length - one.length || (one < other ? -1 : 1));
}

/** What the program wrote into the resource, as against what came from another one. */
function literals({ inputs, propertyDependencies }: Resource): string[] {
  const own = Object.entries(inputs).filter(([key]) => !propertyDependencies[key]?.length);
  return own.flatMap(([, value]) => strings(value).map(([, text]) => text));
}

/** Every string inside, with its path. */
function strings(value: unknown, path = ""): [path: string, value: string][] {
  if (typeof value === "string") return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((item, index) => strings(item, `${path}[${index}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => strings(item, path ? `${path}.${key}` : key));
}
