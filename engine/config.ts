import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isMap, isScalar, type Pair } from "yaml";
import { declaredConfig } from "./declared-config.ts";
import { EvaluationError } from "./errors.ts";
import { fullKey, override } from "./overrides.ts";
import { findYaml, readYaml, type YamlFile } from "./yaml-file.ts";

/** What the files of a project say about a stack; it can be spread into the options of `evaluate`. */
export interface StackConfig {
  project: string;
  /** The program, where Pulumi.yaml names one. */
  main?: string;
  /** `ns:key` -> value; objects and lists as JSON text. */
  config: Record<string, string>;
  secretConfigKeys: string[];
}

/** What an encrypted value is read as: only the stack's own secrets provider could decrypt it. */
export const ENCRYPTED = "[secret]";

/**
 * Reads Pulumi.yaml and Pulumi.STACK.yaml, and lays `overrides` (`key=value`, see `override`) over them.
 * Encrypted values (`secure:`) become the placeholder `[secret]`, and their keys are secret; override one where
 * its value matters.
 * @throws EvaluationError naming the file and the line of what is missing or wrong
 */
export async function readStackConfig(
  directory: string,
  stack: string,
  overrides: string[] = [],
): Promise<StackConfig> {
  const file = await readYaml(projectFile(directory));
  const project = text(file, "name");
  if (!project) throw file.error(file.map, "a project needs a name");
  checkRuntime(file);
  const declared = declaredConfig(file, project);
  const given = await readYaml(stackFile(directory, stack, file));
  const values: Record<string, string> = {};
  const secrets = new Set(declared.secrets);
  for (const pair of configPairs(given)) {
    const key = fullKey(keyText(pair), project);
    const value = configValue(pair.value);
    values[key] = value.text;
    if (value.secret) secrets.add(key);
  }
  const config = override({ ...declared.defaults, ...values }, overrides, project);
  declared.check(config, stack);
  return { project, main: text(file, "main"), config, secretConfigKeys: [...secrets].sort() };
}

function projectFile(directory: string): string {
  const path = findYaml(directory, "Pulumi");
  if (path) return path;
  throw new EvaluationError(`There is no Pulumi.yaml in ${directory}: is this a Pulumi project's folder?`);
}

function stackFile(directory: string, stack: string, project: YamlFile): string {
  const folder = join(directory, text(project, "stackConfigDir") ?? "");
  const path = findYaml(folder, `Pulumi.${stack}`);
  if (path) return path;
  const stacks = readdirSync(folder).flatMap((name) => /^Pulumi\.(.+)\.(ya?ml|json)$/.exec(name)?.[1] ?? []);
  const known =
    stacks.length > 0 ? `the stacks here are ${stacks.join(", ")}` : "there is no other stack here";
  throw new EvaluationError(`There is no Pulumi.${stack}.yaml in ${folder}: ${known}`);
}

function checkRuntime(file: YamlFile): void {
  const runtime = file.map.get("runtime", true);
  const name = isMap(runtime) ? runtime.get("name") : isScalar(runtime) ? runtime.value : undefined;
  if (name !== "nodejs")
    throw file.error(runtime ?? file.map, `only the runtime 'nodejs' can be evaluated here`);
}

function text(file: YamlFile, key: string): string | undefined {
  const value = file.map.get(key);
  return value === undefined || value === null ? undefined : String(value);
}

function configPairs(file: YamlFile): Pair[] {
  const config = file.map.get("config", true);
  if (config === undefined || (isScalar(config) && config.value === null)) return [];
  if (!isMap(config)) throw file.error(config, "config must be a mapping (key: value)");
  return config.items;
}

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
