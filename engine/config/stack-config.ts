import { existsSync, readdirSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { EvaluationError, isObject, messageOf } from "../graph/index.ts";
import { type ConfigValue, configValue } from "./config-value.ts";
import { checkTypes, readDeclarations, withDeclared } from "./declared.ts";
import { wrongProjectName, wrongStackName } from "./names.ts";
import { fullKey, override } from "./overrides.ts";
import { type Runtime, readRuntime } from "./runtime.ts";
import { outsideOf } from "./version-range.ts";
import { findYaml, readYaml, type YamlFile } from "./yaml-file.ts";

/** What the files of a project say about a stack; it can be spread into the options of `evaluate`. */
export interface StackConfig extends Runtime {
  project: string;
  /** The program, where Pulumi.yaml names one. */
  main?: string;
  /** `ns:key` -> value; objects and lists as JSON text. */
  config: Record<string, string>;
  secretConfigKeys: string[];
  /** What the CLI, too, reads otherwise than one may think: numbers that lose zeros, files that aren't read. */
  warnings: string[];
}

/**
 * Reads Pulumi.yaml and Pulumi.STACK.yaml as the CLI does, and lays `overrides` (`key=value`, see `override`) over them.
 * Encrypted values (`secure:`) become the placeholder `[secret]`, and their keys are secret; override one where
 * its value matters.
 * @throws EvaluationError naming the file and the line of what is missing or wrong
 */
export async function readStackConfig(
  directory: string,
  stack: string,
  overrides: string[] = [],
): Promise<StackConfig> {
  const path = findYaml(directory, "Pulumi");
  if (!path) {
    throw new EvaluationError(`There is no Pulumi.yaml in ${directory}: is this a Pulumi project's folder?`);
  }
  const file = await readYaml(path);
  if (file.isEmpty) throw file.error([], "expected a mapping (key: value)");
  const project = text(file, "name");
  if (!project) throw file.error([], "a project needs a name");
  const misnamed = wrongProjectName(project);
  if (misnamed) throw file.error(["name"], misnamed);
  const wrongStack = wrongStackName(stack);
  if (wrongStack) throw new EvaluationError(wrongStack);
  const runtime = readRuntime(file);
  const main = text(file, "main");
  const outside = outsideOf(text(file, "requiredPulumiVersion") ?? "");
  if (outside) throw file.error(["requiredPulumiVersion"], outside);
  const declarations = readDeclarations(file, project);
  const own = await readOwn(stackFolder(file), stack, file, project);
  const at = { stack, path };
  const secrets = declarations.flatMap(({ key, type, secret }) => (type && secret ? [key] : []));
  const values = withDeclared(override(own.values, overrides, project, secrets), declarations, at);
  checkTypes(values, declarations, at);
  return {
    ...{ project, main, ...runtime },
    config: Object.fromEntries(Object.entries(values).map(([key, { text }]) => [key, text])),
    secretConfigKeys: Object.keys(values)
      .filter((key) => values[key]?.secret)
      .sort(),
    warnings: [...file.warnings, ...own.warnings],
  };
}

/** The text of one of Pulumi.yaml's fields; undefined where it is absent or null. */
function text(file: YamlFile, key: string): string | undefined {
  const value = file.content[key] ?? undefined;
  if (value === undefined || typeof value === "string") return value;
  throw file.error([key], `${key} must be text`);
}

/** Where the stacks' files are: beside Pulumi.yaml, or where its `stackConfigDir` (once called `config`) says. */
function stackFolder(file: YamlFile): string {
  const { config } = file.content;
  const folder = text(file, "stackConfigDir");
  if (typeof config === "string" && folder !== undefined) {
    throw file.error(
      ["config"],
      "config and stackConfigDir both name the folder of the stacks' files: leave config out",
    );
  }
  return join(dirname(file.path), folder ?? (typeof config === "string" ? config : ""));
}

interface Own {
  values: Record<string, ConfigValue>;
  warnings: string[];
}

/** The values of the stack's own file, which has the same extension as the project's. */
async function readOwn(folder: string, stack: string, project: YamlFile, namespace: string): Promise<Own> {
  const extension = extname(project.path);
  const path = join(folder, `Pulumi.${stack.replaceAll("/", "-")}${extension}`);
  if (!existsSync(path)) return { values: {}, warnings: [withoutFile(folder, stack, extension)] };
  const file = await readYaml(path);
  const { config = null, environment } = file.content;
  if (config !== null && !isObject(config))
    throw file.error(["config"], "config must be a mapping (key: value)");
  const values: Record<string, ConfigValue> = {};
  const warnings = [...file.warnings];
  for (const [name, value] of Object.entries(config ?? {})) {
    const key = fullKey(name, namespace);
    if (key === undefined)
      throw file.error(["config", name], `'${name}' is no configuration key such as namespace:name`);
    try {
      values[key] = configValue(value);
    } catch (error) {
      throw file.error(["config", name], messageOf(error));
    }
    if (value === null)
      warnings.push(file.error(["config", name], `'${name}' has no value and is read as ""`).message);
  }
  if (environment) {
    const message = "what the stack's environments say isn't known here: override what the program needs";
    warnings.push(file.error(["environment"], message).message);
  }
  return { values, warnings };
}

/**
 * A stack without a file has no config of its own, as in the CLI. The CLI knows by its state what stacks there are; here
 * a name that no file has, beside files of other stacks, is taken for a mistake.
 * @throws EvaluationError that names the stacks that have a file
 */
function withoutFile(folder: string, stack: string, extension: string): string {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const found = files.flatMap((name) => {
    const [, known, ending] = /^Pulumi\.(.+)(\.(?:ya?ml|json))$/.exec(name) ?? [];
    return known === undefined ? [] : [{ name, known, ending }];
  });
  const other = found.find(({ known }) => known === stack);
  const none = `There is no Pulumi.${stack}${extension} in ${folder}`;
  if (other)
    return `${none}, so the stack has no config: ${other.name} isn't read beside a project's file with ${extension}`;
  const stacks = found.filter(({ ending }) => ending === extension).map(({ known }) => known);
  if (stacks.length === 0) return `${none}, so the stack has no config`;
  throw new EvaluationError(
    `${none}: the stacks here are ${stacks.join(", ")}; an empty file is enough for a stack without config`,
  );
}
