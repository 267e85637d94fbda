import { isObject } from "../graph/index.ts";

type Segment = string | number;

/** Takes `a.b[0]["c.d"]` apart, as `pulumi config set --path` does; undefined where it isn't well formed. */
export function parsePath(path: string): Segment[] | undefined {
  const pattern = /\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|(?:^|\.)([^.[\]"]+)/gy;
  const segments: Segment[] = [];
  while (pattern.lastIndex < path.length) {
    const found = pattern.exec(path);
    if (!found) return undefined;
    const [, quoted, index, plain] = found;
    if (quoted !== undefined) segments.push(quoted.replace(/\\(.)/g, "$1"));
    else segments.push(index === undefined ? (plain ?? "") : Number(index));
  }
  return segments.length > 0 ? segments : undefined;
}

/** A value set by a path gets a type, as the CLI has it: `true` and `false`, whole numbers, else text. */
export function typedValue(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^(0|-?[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

/**
 * A copy of `base` with the value at `path` replaced; objects and lists that are missing on the way are made.
 * Throws when the way leads through a plain value or past a list's end.
 */
export function setPath(base: unknown, path: Segment[], value: unknown): unknown {
  const [segment, ...rest] = path;
  if (segment === undefined) return value;
  if (typeof segment === "number") {
    const list = base === undefined ? [] : base;
    if (!Array.isArray(list)) throw new Error(`[${segment}] needs a list`);
    if (segment > list.length)
      throw new Error(`[${segment}] lies past the list's end (${list.length} items)`);
    const copy = [...list];
    copy[segment] = setPath(list[segment], rest, value);
    return copy;
  }
  const object = base === undefined ? {} : base;
  if (!isObject(object)) throw new Error(`.${segment} needs an object`);
  // Not an assignment: a key such as __proto__ must become a key.
  const entries = Object.entries(object).filter(([key]) => key !== segment);
  const own = Object.hasOwn(object, segment) ? object[segment] : undefined;
  return Object.fromEntries([...entries, [segment, setPath(own, rest, value)]]);
}
