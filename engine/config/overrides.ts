import { EvaluationError, messageOf } from "../graph/index.ts";
import { parsePath, setPath, typedValue } from "./path.ts";

/** `ns:key` of a config key; one without a namespace has the project's, and `ns:config:key` is an old spelling. */
export function fullKey(key: string, project: string): string {
  const [first = "", ...rest] = key.split(":");
  if (rest.length === 0) return `${project}:${key}`;
  return `${first}:${(rest[0] === "config" && rest.length > 1 ? rest.slice(1) : rest).join(":")}`;
}

/**
 * Lays `key=value` texts over a config, as `pulumi config set --path` does: `ns:a.b[0]=value` sets inside of
 * an object, whose other parts stay.
 * @throws EvaluationError that names the text
 */
export function override(
  config: Record<string, string>,
  texts: string[],
  project: string,
): Record<string, string> {
  const result = { ...config };
  for (const text of texts) {
    const [, key, value = ""] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
    if (key === undefined) throw wrong(text, "write key=value, for example aws:region=ap-southeast-2");
    const [, namespace = "", path = ""] = /^([^:]*:)(.+)$/.exec(fullKey(key, project)) ?? [];
    const segments = parsePath(path);
    const [top, ...inside] = segments ?? [];
    if (typeof top !== "string") throw wrong(text, "its key is not a path such as a.b[0]");
    const name = `${namespace}${top}`;
    result[name] = inside.length === 0 ? value : setInside(text, result[name], inside, value);
  }
  return result;
}

function setInside(text: string, json: string | undefined, path: (string | number)[], value: string): string {
  try {
    const base: unknown = json === undefined ? undefined : JSON.parse(json);
    return JSON.stringify(setPath(base, path, typedValue(value)));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? "the value so far is plain text" : messageOf(cause);
    throw wrong(text, reason);
  }
}

function wrong(text: string, reason: string): EvaluationError {
  return new EvaluationError(`The config override '${text}' can't be applied: ${reason}`);
}
