import assert from "node:assert/strict";
import { evaluate, type Graph, type Resource, readStackConfig, reveal } from "../../engine/index.ts";
import { createProvider } from "../../local/provider/index.ts";

export const PROJECT = new URL("../..", import.meta.url).pathname;

const evaluated = new Map<string, Promise<Graph>>();

/** The program's graph for a stack, with AWS's names; each is evaluated once for all tests. */
export function graphOf(stack: string, ...overrides: string[]): Promise<Graph> {
  const key = [stack, ...overrides].join(" ");
  const known = evaluated.get(key) ?? fresh(stack, overrides);
  evaluated.set(key, known);
  return known;
}

async function fresh(stack: string, overrides: string[]): Promise<Graph> {
  const settings = await readStackConfig(PROJECT, stack, overrides);
  return evaluate({ ...settings, directory: PROJECT, stack, provider: createProvider({ refuses: true }) });
}

export function ofType(graph: Graph, type: string): Resource[] {
  return graph.resources.filter((resource) => resource.type === type);
}

/** The inputs, as plain values, of the one resource of that type (and name). */
// biome-ignore lint/suspicious/noExplicitAny: a test reaches into what a resource happens to have
export function inputsOf(graph: Graph, type: string, name?: string): any {
  const found = ofType(graph, type).filter((resource) => name === undefined || resource.name === name);
  assert.equal(found.length, 1, `expected one ${type} ${name ?? ""}, found ${found.length}`);
  return reveal(found[0]?.inputs);
}
