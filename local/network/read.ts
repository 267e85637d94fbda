import type { Graph, PropertyMap, Resource } from "../../engine/graph.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** The resources of a type; the AWS provider has had several module names for one, such as `lb` and `alb`. */
export function ofType(graph: Graph, token: RegExp): Resource[] {
  return graph.resources.filter(({ type }) => token.test(type));
}

/** A value of a resource without secret wrappers on the way. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const bag = value as PropertyMap;
  if (bag[SIGNATURE] === SECRET) return plain(bag.value);
  return Object.fromEntries(Object.entries(bag).map(([key, one]) => [key, plain(one)]));
}

/** Reads a property bag leniently, as the providers do: numbers may come as text, absent lists are empty. */
export class Reader {
  readonly bag: PropertyMap;

  constructor(value: unknown) {
    this.bag = typeof value === "object" && value !== null ? (plain(value) as PropertyMap) : {};
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
