/** Stands for a value that a preview doesn't know yet. */
export const UNKNOWN = Symbol("unknown");

/**
 * The value at `path` below `root`; undefined where there is none. Pulumi throws when a policy reads a value that isn't
 * known yet, and then reports the policy as advisory only: here the value is `UNKNOWN`, so that the policy decides.
 */
export function read(root: unknown, ...path: (string | number)[]): unknown {
  let value = root;
  for (const key of path) {
    if (value === UNKNOWN) return UNKNOWN;
    if (typeof value !== "object" || value === null) return undefined;
    try {
      value = (value as Record<string | number, unknown>)[key];
    } catch (error) {
      if (error instanceof Error && "unknownTypeSentinel" in error) return UNKNOWN;
      throw error;
    }
  }
  return value;
}

/** A value in a resource, and its path there. */
export interface Part {
  path: string;
  /** `UNKNOWN` or undefined where it can't be read. */
  value: unknown;
}

/** A pod's specification. */
export interface Pod extends Part {
  /**
   * Whether it says only what it changes, as patches, charts' values and tasks of ECS do: what it leaves out is somebody
   * else's to say, so that only what it sets is judged.
   */
  partial: boolean;
}

/** The items of a list, those that aren't known as `UNKNOWN`; none where there is no list. */
export function items(list: unknown): unknown[] {
  if (!Array.isArray(list)) return [];
  return Array.from({ length: list.length }, (_, index) => read(list, index));
}

/** Name and value of each property of an object; none where there is no object. */
export function entries(object: unknown): [string, unknown][] {
  if (typeof object !== "object" || object === null) return [];
  return Object.keys(object).map((key) => [key, read(object, key)]);
}

/** Whether a property has no value, so that the provider's default holds. */
export function unset(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** Whether two values are the same, or one of them isn't known yet. */
export function mayEqual(one: unknown, other: unknown): boolean {
  return one === other || one === UNKNOWN || other === UNKNOWN;
}

/** A value as a message shows it. */
export function display(value: unknown): string {
  if (value === UNKNOWN) return "not known in a preview";
  return unset(value) ? "unset" : JSON.stringify(value);
}

/** A string, number, boolean or unknown value, and its path (`subnetSpecs[0].type`). */
interface Leaf {
  path: string;
  /** Name of the property it is in, also for a list's items. */
  key: string;
  value: unknown;
}

/** Everything below `root` that isn't an object or a list, except below the keys in `skip`. */
export function* leaves(root: unknown, skip: ReadonlySet<string>, path = "", key = ""): Generator<Leaf> {
  if (typeof root !== "object" || root === null) {
    yield { path, key, value: root };
    return;
  }
  for (const name of Object.keys(root)) {
    if (skip.has(name)) continue;
    const item = Array.isArray(root);
    const below = item ? `${path}[${name}]` : path ? `${path}.${name}` : name;
    yield* leaves(read(root, name), skip, below, item ? key : name);
  }
}
