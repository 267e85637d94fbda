import { EvaluationError, isObject, messageOf } from "../graph/index.ts";
import { type ConfigValue, configValue, ofText } from "./config-value.ts";

export type Segment = string | number;

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

/** The value at `path`; undefined where there is none. */
export function getPath(base: unknown, path: Segment[]): unknown {
  return path.reduce<unknown>((value, segment) => {
    if (typeof segment === "number") return Array.isArray(value) ? value[segment] : undefined;
    return isObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
  }, base);
}

/**
 * `ns:key` of a config key; one without a namespace has the project's, and `ns:config:key` is an old spelling.
 * Undefined for one that has more parts.
 */
export function fullKey(key: string, project: string): string | undefined {
  const [first = "", second = "", ...rest] = key.split(":");
  if (!key.includes(":")) return `${project}:${key}`;
  if (rest.length === 0) return `${first}:${second}`;
  return second === "config" && rest.length === 1 ? `${first}:${rest[0]}` : undefined;
}

/**
 * Lays `key=value` texts over a config, as `pulumi config set --path` does: `ns:a.b[0]=value` sets inside of
 * an object, whose other parts stay. A key that was secret stays so, and `secrets` names those that have to be.
 * @throws EvaluationError that names the text
 */
export function override(
  config: Record<string, ConfigValue>,
  texts: string[],
  project: string,
  secrets: string[] = [],
): Record<string, ConfigValue> {
  const result = { ...config };
  for (const text of texts) {
    const [, key, value = ""] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
    if (key === undefined) throw wrong(text, "write key=value, for example aws:region=ap-southeast-2");
    const [, namespace = "", path = ""] = /^([^:]*:)(.+)$/.exec(fullKey(key, project) ?? "") ?? [];
    const segments = parsePath(path);
    const [top, ...inside] = segments ?? [];
    if (typeof top !== "string") throw wrong(text, "its key is not a path such as a.b[0]");
    const name = `${namespace}${top}`;
    const base = result[name];
    const set = inside.length === 0 ? givenText(value) : setInside(text, base?.text, inside, value);
    result[name] = { ...set, secret: base?.secret || secrets.includes(name) };
  }
  return result;
}

/** A text may be given for an object or a list: as JSON. */
function givenText(text: string): ConfigValue {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null
      ? { ...ofText(text), content: parsed }
      : ofText(text);
  } catch (error) {
    if (error instanceof SyntaxError) return ofText(text);
    throw error;
  }
}

function setInside(text: string, json: string | undefined, path: Segment[], value: string): ConfigValue {
  try {
    const base: unknown = json === undefined ? undefined : JSON.parse(json);
    return configValue(setPath(base, path, typedValue(value)));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? "the value so far is plain text" : messageOf(cause);
    throw wrong(text, reason);
  }
}

function wrong(text: string, reason: string): EvaluationError {
  return new EvaluationError(`The config override '${text}' can't be applied: ${reason}`);
}
