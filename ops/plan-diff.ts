import { isObject } from "../engine/values.ts";
import type { Recording } from "./graphs.ts";

/** One property: `before` is absent where it is new, `after` where it is gone. */
export interface Difference {
  path: string;
  before?: unknown;
  after?: unknown;
}

/** How one graph differs from another; resources by reference, sorted. */
export interface GraphDiff {
  added: string[];
  removed: string[];
  /** By reference; `outputs` and `packages` are the stack's. */
  changed: Record<string, Difference[]>;
}

type Same = (before: unknown, after: unknown) => boolean;

/** With `stacks`, two texts are the same if they differ only in the names of their stacks. */
export function diffGraphs(
  before: Recording,
  after: Recording,
  stacks?: { before: string; after: string },
): GraphDiff {
  const same: Same = (one, other) =>
    one === other || (stacks !== undefined && unnamed(one, stacks.before) === unnamed(other, stacks.after));
  const added = Object.keys(after.resources).filter((key) => !(key in before.resources));
  const removed = Object.keys(before.resources).filter((key) => !(key in after.resources));
  const both = Object.keys(before.resources).filter((key) => key in after.resources);
  const pairs = both.map((key) => [key, before.resources[key], after.resources[key]] as const);
  const stack = (["outputs", "packages"] as const).map((key) => [key, before[key], after[key]] as const);
  const changed = [...pairs, ...stack]
    .map(([key, one, other]) => [key, differences(one, other, same)] as const)
    .filter(([, found]) => found.length > 0);
  return { added: added.sort(), removed: removed.sort(), changed: Object.fromEntries(changed) };
}

export function isEmpty({ added, removed, changed }: GraphDiff): boolean {
  return added.length + removed.length + Object.keys(changed).length === 0;
}

function unnamed(value: unknown, stack: string): unknown {
  if (typeof value !== "string") return value;
  const name = stack.replace(/[.]/g, "\\.");
  return value.replace(new RegExp(`(?<![A-Za-z0-9])${name}(?![A-Za-z0-9])`, "g"), "<stack>");
}

function differences(before: unknown, after: unknown, same: Same, path = ""): Difference[] {
  if (isObject(before) && isObject(after)) return ofObjects(before, after, same, path);
  if (Array.isArray(before) && Array.isArray(after)) return ofLists(before, after, same, path);
  return same(before, after) ? [] : [difference(path, before, after)];
}

function difference(path: string, before: unknown, after: unknown): Difference {
  return { path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

type Bag = Record<string, unknown>;

function ofObjects(before: Bag, after: Bag, same: Same, path: string): Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => differences(before[key], after[key], same, path ? `${path}.${key}` : key));
}

/** By what names their items, else as sets of plain values, else by position. */
function ofLists(before: unknown[], after: unknown[], same: Same, path: string): Difference[] {
  const key = ["name", "key", "Sid", "sid", "id"].find((one) => names(before, one) && names(after, one));
  if (key && before.length + after.length > 0) {
    const byName = (items: unknown[]) => Object.fromEntries(items.map((item) => [(item as Bag)[key], item]));
    const [one, other] = [byName(before), byName(after)];
    const all = [...new Set([...Object.keys(one), ...Object.keys(other)])];
    return all.flatMap((name) => differences(one[name], other[name], same, `${path}[${name}]`));
  }
  if ([...before, ...after].every((item) => typeof item !== "object")) {
    const gone = before.filter((item) => !after.some((other) => same(item, other)));
    const come = after.filter((item) => !before.some((other) => same(other, item)));
    const moved = gone.length + come.length === 0 && !isSameList(before, after, same);
    if (moved) return [{ path: `${path} (order)`, before, after }];
    return [
      ...gone.map((item) => difference(`${path}[]`, item, undefined)),
      ...come.map((item) => difference(`${path}[]`, undefined, item)),
    ];
  }
  const longest = Math.max(before.length, after.length);
  return Array.from({ length: longest }, (_, index) => index).flatMap((index) =>
    differences(before[index], after[index], same, `${path}[${index}]`),
  );
}

function isSameList(before: unknown[], after: unknown[], same: Same): boolean {
  return before.length === after.length && before.every((item, index) => same(item, after[index]));
}

function names(items: unknown[], key: string): boolean {
  const found = items.map((item) => (isObject(item) ? item[key] : undefined));
  return found.every((name) => typeof name === "string") && new Set(found).size === items.length;
}
