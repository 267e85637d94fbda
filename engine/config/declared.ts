import { isMap, type Pair } from "yaml";
import { EvaluationError } from "../graph/index.ts";
import { fullKey } from "./overrides.ts";
import { configValue, keyText } from "./value.ts";
import type { YamlFile } from "./yaml-file.ts";

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
