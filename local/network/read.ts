import { type Graph, type PropertyMap, type Resource, reveal } from "../../engine/index.ts";

/** The resources of a type; the AWS provider has had several module names for one, such as `lb` and `alb`. */
export function ofType(graph: Graph, token: RegExp): Resource[] {
  return graph.resources.filter(({ type }) => token.test(type));
}

/** Reads a property bag, secrets revealed, as leniently as the providers do: numbers may come as text, absent lists are empty. */
export class Reader {
  readonly bag: PropertyMap;

  constructor(value: unknown) {
    this.bag = typeof value === "object" && value !== null ? reveal<PropertyMap>(value) : {};
  }

  text(key: string, fallback = ""): string {
    const value = this.bag[key];
    return typeof value === "string" || typeof value === "number" ? String(value) : fallback;
  }

  number(key: string, fallback: number): number {
    const value = this.bag[key];
    const number = typeof value === "string" && value !== "" ? Number(value) : value;
    return typeof number === "number" && Number.isFinite(number) ? number : fallback;
  }

  /** Seconds as milliseconds. */
  seconds(key: string, fallback: number): number {
    return this.number(key, fallback) * 1000;
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.bag[key];
    return value === undefined || value === null ? fallback : value === true || value === "true";
  }

  texts(key: string): string[] {
    const value = this.bag[key];
    return Array.isArray(value) ? value.map(String) : [];
  }

  has(key: string): boolean {
    return this.bag[key] !== undefined && this.bag[key] !== null;
  }

  child(key: string): Reader {
    return new Reader(this.bag[key]);
  }

  children(key: string): Reader[] {
    const value = this.bag[key];
    return Array.isArray(value) ? value.map((one) => new Reader(one)) : [];
  }

  /** String values of an object such as labels or a selector. */
  map(key: string): Record<string, string> {
    const value = this.bag[key];
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)]));
  }
}
