import { isMap, isScalar, type Pair } from "yaml";
import { EvaluationError } from "../graph/index.ts";
import { fullKey } from "./overrides.ts";
import type { YamlFile } from "./yaml-file.ts";

/** What an encrypted value is read as: only the stack's own secrets provider could decrypt it. */
const ENCRYPTED = "[secret]";

/** The text of a pair's key. */
export function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

/** A config value as the CLI passes it: scalars as they are written, objects and lists as JSON text. */
export function configValue(node: unknown): { text: string; secret: boolean } {
  if (isScalar(node)) {
    if (typeof node.value === "string") return { text: node.value, secret: false };
    return { text: node.value === null ? "" : (node.source ?? String(node.value)), secret: false };
  }
  let secret = false;
  const json: unknown = JSON.parse(JSON.stringify(node ?? null), (_key, value: unknown) => {
    if (!isEncrypted(value)) return value;
    secret = true;
    return ENCRYPTED;
  });
  return { text: typeof json === "string" ? json : JSON.stringify(json), secret };
}

function isEncrypted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const keys = Object.keys(value);
  return (
    keys.length === 1 && keys[0] === "secure" && typeof (value as { secure: unknown }).secure === "string"
  );
}

/** The `config` section of Pulumi.yaml: defaults and types of what the stacks set. */
export interface DeclaredConfig {
  /** `ns:key` -> value. */
  defaults: Record<string, string>;
  secrets: string[];
  /** @throws EvaluationError when a declared value is missing or has another type */
  check(config: Record<string, string>, stack: string): void;
}

const types: Record<string, (value: string) => boolean> = {
  string: () => true,
  integer: (value) => /^[+-]?\d+$/.test(value),
  number: (value) => value !== "" && !Number.isNaN(Number(value)),
  boolean: (value) => value === "true" || value === "false",
  array: (value) => Array.isArray(parseJson(value)),
  object: (value) => {
    const parsed = parseJson(value);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
  },
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Reads `config` of Pulumi.yaml: plain values, `{ value }`, and declarations `{ type, default, secret }`. */
export function declaredConfig(file: YamlFile, project: string): DeclaredConfig {
  const section = file.map.get("config", true);
  const defaults: Record<string, string> = {};
  const secrets: string[] = [];
  const declared: { key: string; type?: string; required: boolean }[] = [];
  for (const pair of isMap(section) ? (section.items as Pair[]) : []) {
    const key = fullKey(keyText(pair), project);
    if (!isMap(pair.value)) {
      defaults[key] = configValue(pair.value).text;
      continue;
    }
    const declaration = pair.value;
    const type = declaration.get("type");
    if (type !== undefined && !(String(type) in types)) {
      throw file.error(declaration, `unknown type '${type}' (known are ${Object.keys(types).join(", ")})`);
    }
    const value = declaration.get("value", true) ?? declaration.get("default", true);
    if (value !== undefined) defaults[key] = configValue(value).text;
    if (declaration.get("secret") === true) secrets.push(key);
    declared.push({
      key,
      type: type === undefined ? undefined : String(type),
      required: value === undefined,
    });
  }
  const check = (config: Record<string, string>, stack: string) => {
    for (const { key, type, required } of declared) {
      const value = config[key];
      if (value === undefined && required) {
        throw new EvaluationError(`Stack '${stack}' has no value for '${key}', which ${file.path} declares`);
      }
      if (value !== undefined && type !== undefined && !types[type]?.(value)) {
        throw new EvaluationError(`Stack '${stack}': '${key}' must be of type ${type} (${file.path})`);
      }
    }
  };
  return { defaults, secrets, check };
}
