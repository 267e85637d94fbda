import type { z } from "zod";
import { type Graph, type Resource, reveal } from "../engine/index.ts";

/** A resource of the graph with what was read of it. */
export interface Declared<T> {
  resource: Resource;
  value: T;
}

/**
 * The one way in which the laptop reads a graph: resources by their type, their properties (inputs, overlaid by what the
 * provider answered, secrets revealed) by a zod schema. What a laptop can't obey is collected; `check` throws all of it
 * as one error that names each resource and property.
 */
export class GraphReader {
  readonly #graph: Graph;
  readonly #problems = new Map<string, string[]>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /**
   * The resources of a type, in the order in which the program declares them, without those that it only looks up.
   * Resources that `schema` refuses are left out, and are problems.
   */
  all<T>(type: string | RegExp, schema: z.ZodType<T>): Declared<T>[] {
    return this.resources(type).flatMap((resource) => {
      const value = this.read(resource, schema);
      return value === undefined ? [] : [{ resource, value }];
    });
  }

  /** The resources of a type, unread. */
  resources(type: string | RegExp): Resource[] {
    const is =
      typeof type === "string" ? (other: string) => other === type : (other: string) => type.test(other);
    return this.#graph.resources.filter((resource) => !resource.external && is(resource.type));
  }

  /** One resource's properties; undefined, and a problem, where `schema` refuses them. */
  read<T>(resource: Resource, schema: z.ZodType<T>): T | undefined {
    const result = schema.safeParse(properties(resource));
    if (result.success) return result.data;
    for (const { path, message } of result.error.issues) this.refuse(resource, path.join("."), message);
    return undefined;
  }

  /** Notes what a laptop can't do with a resource, and what to do about it. */
  refuse(resource: Resource, propertyPath: string, reason: string): void {
    const problems = this.#problems.get(resource.urn) ?? [];
    this.#problems.set(resource.urn, [...problems, `  ${propertyPath || "the resource"}: ${reason}`]);
  }

  /** Throws when anything was refused. */
  check(): void {
    if (this.#problems.size === 0) return;
    const found = [...this.#problems].map(([urn, problems]) => `${urn}:\n${problems.join("\n")}`);
    throw new Error(
      `A laptop can't run what the program declares:\n${found.join("\n")}\nChange it in the program, or run this stack on AWS.`,
    );
  }
}

/** What is known of a resource: its inputs, overlaid by what the provider answered; secrets revealed. */
export function properties(resource: Resource): Record<string, unknown> {
  return reveal({ ...resource.inputs, ...resource.outputs });
}
