import { EvaluationError, isObject } from "../graph/index.ts";
import { type ConfigValue, configValue, jsonText, ofText, textOf } from "./config-value.ts";
import { fullKey, getPath, parsePath, type Segment, setPath, typedValue } from "./overrides.ts";
import { Timestamp } from "./timestamp.ts";
import type { YamlFile } from "./yaml-file.ts";

/** A type of the section `config` of Pulumi.yaml. */
interface ConfigType {
  type: string;
  items?: ConfigType;
}

/** What Pulumi.yaml says of one key. */
interface Declaration {
  /** As it is written there. */
  name: string;
  /** `ns:key`, the first part of its path. */
  key: string;
  /** What follows in the path: `a.b` is the property `b` of the value of `a`. */
  inside: Segment[];
  ofProject: boolean;
  type?: ConfigType;
  /** Default or value; undefined where there is none. */
  value?: unknown;
  secret: boolean;
}

const TYPES = ["string", "integer", "boolean", "array", "object"];
const FIELDS = ["type", "items", "description", "secret", "default", "value"];

/** Reads `config` of Pulumi.yaml: plain values, `{ value }`, and declarations `{ type, items, default, secret }`. */
export function readDeclarations(file: YamlFile, project: string): Declaration[] {
  const { config } = file.content;
  if (config === undefined || config === null || typeof config === "string") return [];
  if (!isObject(config)) throw file.error(["config"], "config must be a mapping (key: value)");
  return Object.keys(config)
    .sort()
    .map((name) => {
      const [namespace, path] = /^([^:]*):(.*)$/s.exec(fullKey(name, project) ?? "")?.slice(1) ?? [];
      const [top, ...inside] = (path === undefined ? undefined : parsePath(path)) ?? [];
      if (typeof top !== "string")
        throw file.error(["config", name], `'${name}' is no configuration key such as namespace:name`);
      const key = `${namespace}:${top}`;
      const ofProject = !name.includes(":") || name.startsWith(`${project}:`);
      return { name, key, inside, ofProject, ...readDeclaration(file, name, config[name], ofProject) };
    });
}

type Declared = Pick<Declaration, "type" | "value" | "secret">;

function readDeclaration(file: YamlFile, name: string, given: unknown, ofProject: boolean): Declared {
  const wrong = (field: string, message: string) => file.error(["config", name, field], message);
  if (isShorthand(given)) return { value: given, secret: false };
  if (!isObject(given) || given instanceof Timestamp) {
    throw wrong("", `'${name}' must be a text, a whole number, true, false, a list or a declaration`);
  }
  const unknown = Object.keys(given).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined)
    throw wrong(unknown, `'${name}' has a field '${unknown}'; known are ${FIELDS.join(", ")}`);
  const { secret = false, type: typeName, items, default: standard = null, value = null } = given;
  if (typeof secret !== "boolean") throw wrong("secret", `secret of '${name}' must be true or false`);
  const type =
    typeName === undefined ? undefined : readType(typeName, items, (message) => wrong("", message));
  if (standard !== null && value !== null)
    throw wrong("", `'${name}' cannot have both a default and a value: leave one out`);
  if (!ofProject) {
    const foreign = `'${name}' is not namespaced by the project and`;
    if (type) throw wrong("type", `${foreign} should not define a type`);
    if (standard !== null)
      throw wrong("default", `${foreign} should not define a default value: write value`);
    if (value === null) throw wrong("", `${foreign} must provide a value`);
  }
  if (type && standard !== null && !fits(type, standard)) {
    throw wrong("default", `the default of '${name}' is not of the expected type '${nameOfType(type)}'`);
  }
  return { type, value: standard ?? value ?? undefined, secret };
}

function isShorthand(given: unknown): boolean {
  if (typeof given === "number") return Number.isInteger(given);
  return ["string", "boolean", "bigint"].includes(typeof given) || Array.isArray(given);
}

function readType(type: unknown, items: unknown, wrong: (message: string) => Error): ConfigType {
  if (typeof type !== "string" || !TYPES.includes(type)) {
    throw wrong(`unknown type '${type}' (known are ${TYPES.join(", ")})`);
  }
  if (items === undefined) {
    if (type === "array") throw wrong("an array needs items: { type }, the type of what is in it");
    return { type };
  }
  if (!isObject(items)) throw wrong("items must be a mapping { type }");
  return { type, items: readType(items.type, items.items, wrong) };
}

function nameOfType({ type, items }: ConfigType): string {
  return items ? `array<${nameOfType(items)}>` : type;
}

/** Whether a value is of a type; the text of a whole number or of a boolean is, too. */
function fits({ type, items }: ConfigType, value: unknown): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return typeof value === "string"
        ? /^[+-]?\d+$/.test(value) && isOf64Bits(BigInt(value.replace("+", "")))
        : typeof value === "bigint" || Number.isInteger(value);
    case "boolean":
      return typeof value === "boolean" || value === "true" || value === "false";
    case "object":
      return isObject(value) && !(value instanceof Timestamp);
    default:
      return Array.isArray(value) && items !== undefined && value.every((item) => fits(items, item));
  }
}

function isOf64Bits(number: bigint): boolean {
  return BigInt.asIntN(64, number) === number;
}

/** Lays a stack's own values over the declared ones. @throws EvaluationError that names what has no value */
export function withDeclared(
  own: Record<string, ConfigValue>,
  declarations: Declaration[],
  at: { stack: string; path: string },
): Record<string, ConfigValue> {
  const config = { ...own };
  const missing: string[] = [];
  for (const { name, key, inside, ofProject, value } of declarations) {
    if (find(config[key], inside) !== undefined) continue;
    if (value === undefined) {
      if (ofProject) missing.push(`'${name}'`);
    } else if (inside.length === 0) config[key] = declaredValue(value);
    else config[key] = inObject(config[key], inside, value);
  }
  if (missing.length === 0) return config;
  throw new EvaluationError(
    `Stack '${at.stack}' is missing values of the configuration that ${at.path} declares: ${missing.join(" and ")}`,
  );
}

/** Checks the types that are declared, and that what is declared as a secret is one. @throws EvaluationError */
export function checkTypes(
  config: Record<string, ConfigValue>,
  declarations: Declaration[],
  at: { stack: string; path: string },
): void {
  for (const { name, key, inside, type, secret } of declarations) {
    if (!type) continue;
    const stack = `Stack '${at.stack}'`;
    if (secret && !config[key]?.secret) {
      throw new EvaluationError(
        `${stack}: '${name}' must be encrypted, as it is declared a secret (${at.path}): pulumi config set --secret ${name}`,
      );
    }
    const found = find(config[key], inside);
    if (found !== ENCRYPTED && !fits(type, found)) {
      throw new EvaluationError(`${stack}: '${name}' must be of type '${nameOfType(type)}' (${at.path})`);
    }
  }
}

/** Stands for what can't be checked. */
const ENCRYPTED = Symbol("encrypted");

/** What lies at the path inside of a value; plain values as text. */
function find(value: ConfigValue | undefined, inside: Segment[]): unknown {
  if (value === undefined) return undefined;
  if (value.content === undefined) return ENCRYPTED;
  if (inside.length === 0) return value.content;
  const found = getPath(value.content, inside);
  return typeof found === "number" || typeof found === "boolean" ? String(found) : found;
}

function declaredValue(value: unknown): ConfigValue {
  if (value instanceof Timestamp) return ofText(value.rfc3339);
  return typeof value === "object" ? configValue(JSON.parse(jsonText(value))) : ofText(textOf(value));
}

function inObject(base: ConfigValue | undefined, inside: Segment[], value: unknown): ConfigValue {
  const typed = typeof value === "string" ? typedValue(value) : value;
  const set = configValue(setPath(base?.content, inside, typed));
  return { ...set, secret: base?.secret ?? false };
}
