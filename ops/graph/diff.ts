import { isObject } from "../../engine/index.ts";
import type { Recording } from "./recording.ts";

/** One property: `before` is absent where it is new, `after` where it is gone. */
interface Difference {
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
  const added = Object.keys(after.resources).filter((key) => !Object.hasOwn(before.resources, key));
  const removed = Object.keys(before.resources).filter((key) => !Object.hasOwn(after.resources, key));
  const both = Object.keys(before.resources).filter((key) => Object.hasOwn(after.resources, key));
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
  return keys.flatMap((key) =>
    differences(own(before, key), own(after, key), same, path ? `${path}.${key}` : key),
  );
}

/** Lists are compared by the items' names where all have one, plain values as sets, others by position. */
function ofLists(before: unknown[], after: unknown[], same: Same, path: string): Difference[] {
  const key = ["name", "key", "Sid", "sid", "id"].find((one) => names(before, one) && names(after, one));
  if (key)
    return inOrder(byName(before, after, key, same, path), before, after, path, (one, other) =>
      same(nameOf(one, key), nameOf(other, key)),
    );
  if ([...before, ...after].every((item) => typeof item !== "object")) {
    const gone = before.filter((item) => !after.some((other) => same(item, other)));
    const come = after.filter((item) => !before.some((other) => same(other, item)));
    const found = [
      ...gone.map((item) => difference(`${path}[]`, item, undefined)),
      ...come.map((item) => difference(`${path}[]`, undefined, item)),
    ];
    return inOrder(found, before, after, path, same);
  }
  const longest = Math.max(before.length, after.length);
  return Array.from({ length: longest }, (_, index) => index).flatMap((index) =>
    differences(before[index], after[index], same, `${path}[${index}]`),
  );
}

/** Items whose names differ in the stack's name only are the same item. */
function byName(before: unknown[], after: unknown[], key: string, same: Same, path: string): Difference[] {
  const isOf = (item: unknown) => (other: unknown) => same(nameOf(item, key), nameOf(other, key));
  const at = (item: unknown) => `${path}[${nameOf(item, key)}]`;
  const come = after.filter((item) => !before.some((one) => same(nameOf(one, key), nameOf(item, key))));
  return [
    ...before.flatMap((item) => differences(item, after.find(isOf(item)), same, at(item))),
    ...come.map((item) => difference(at(item), undefined, item)),
  ];
}

/** What was found or, where nothing was, that the same items stand in another order. */
function inOrder(
  found: Difference[],
  before: unknown[],
  after: unknown[],
  path: string,
  same: Same,
): Difference[] {
  if (found.length > 0 || isSameList(before, after, same)) return found;
  return [{ path: `${path} (order)`, before, after }];
}

function isSameList(before: unknown[], after: unknown[], same: Same): boolean {
  return before.length === after.length && before.every((item, index) => same(item, after[index]));
}

function names(items: unknown[], key: string): boolean {
  const found = items.map((item) => nameOf(item, key));
  return found.every((name) => typeof name === "string") && new Set(found).size === items.length;
}

function nameOf(item: unknown, key: string): unknown {
  return isObject(item) ? own(item, key) : undefined;
}

/** A property may be called like one that every object has. */
function own(bag: Bag, key: string): unknown {
  return Object.hasOwn(bag, key) ? bag[key] : undefined;
}
