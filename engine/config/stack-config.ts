import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isMap, isScalar, type Pair } from "yaml";
import { EvaluationError } from "../graph/index.ts";
import { configValue, declaredConfig, keyText } from "./declared.ts";
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
  /** Present and false where Node itself is to load TypeScript. */
  typescript?: boolean;
  /** Path of the compiler's settings, where Pulumi.yaml names one. */
  tsconfig?: string;
  /** Arguments of Node, where Pulumi.yaml has some. */
  nodeArgs?: string[];
}

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
  const runtime = readRuntime(file);
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
  return {
    project,
    main: text(file, "main"),
    config,
    secretConfigKeys: [...secrets].sort(),
    ...runtime,
  };
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

/** The options of the runtime, of which those that are absent are left out. */
function readRuntime(file: YamlFile): Pick<StackConfig, "typescript" | "tsconfig" | "nodeArgs"> {
  const runtime = file.map.get("runtime", true);
  const name = isMap(runtime) ? runtime.get("name") : isScalar(runtime) ? runtime.value : undefined;
  if (name !== "nodejs")
    throw file.error(runtime ?? file.map, `only the runtime 'nodejs' can be evaluated here`);
  if (!isMap(runtime)) return {};
  const option = (key: string) => runtime.getIn(["options", key]);
  const [typescript, tsconfig, nodeArgs] = [option("typescript"), option("tsconfig"), option("nodeargs")];
  if (typescript !== undefined && typeof typescript !== "boolean")
    throw file.error(runtime, "typescript option must be a boolean");
  if (tsconfig !== undefined && typeof tsconfig !== "string")
    throw file.error(runtime, "tsconfigpath option must be a string");
  return {
    ...(typescript === false && { typescript }),
    ...(tsconfig && { tsconfig }),
    ...(nodeArgs !== undefined && { nodeArgs: String(nodeArgs).split(/\s+/).filter(Boolean) }),
  };
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
