import { isObject } from "../graph/index.ts";
import type { YamlFile } from "./yaml-file.ts";

/** How Pulumi.yaml has the program run; what it doesn't say is left out. */
export interface Runtime {
  /** Present and false where Node itself is to load TypeScript. */
  typescript?: boolean;
  /** Path of the compiler's settings, where Pulumi.yaml names one. */
  tsconfig?: string;
  /** Arguments of Node, where Pulumi.yaml has some. */
  nodeArgs?: string[];
}

const types: Record<string, string> = {
  typescript: "boolean",
  tsconfig: "string",
  nodeargs: "string",
  production: "boolean",
  packagemanager: "string",
};

/** Reads `runtime` of Pulumi.yaml. @throws EvaluationError for another runtime than Node, and options of a wrong type */
export function readRuntime(file: YamlFile): Runtime {
  const { runtime } = file.content;
  const name = isObject(runtime) ? runtime.name : runtime;
  if (name !== "nodejs") throw file.error(["runtime"], "only the runtime 'nodejs' can be evaluated here");
  const options = isObject(runtime) && isObject(runtime.options) ? runtime.options : {};
  for (const [key, type] of Object.entries(types)) {
    const value = options[key];
    if (value !== undefined && typeof value !== type) {
      throw file.error(["runtime", "options", key], `the ${key} option must be a ${type}`);
    }
  }
  const { typescript, tsconfig, nodeargs } = options;
  return {
    ...(typescript === false && { typescript: false }),
    ...(typeof tsconfig === "string" && tsconfig !== "" && { tsconfig }),
    ...(typeof nodeargs === "string" && { nodeArgs: shellWords(nodeargs, file) }),
  };
}

/** The words of a command line, of which quotes and backslashes may keep spaces together. */
function shellWords(text: string, file: YamlFile): string[] {
  const word = /(?:[^\s"'\\]|"(?:[^"\\]|\\.)*"|'[^']*'|\\.)+/gs;
  if (text.replace(word, "").trim() !== "") {
    throw file.error(["runtime", "options", "nodeargs"], "a quote or a backslash in nodeargs has no end");
  }
  const part = /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs;
  const unquote = (_all: string, double?: string, single?: string, escaped?: string) =>
    double?.replace(/\\(.)/gs, "$1") ?? single ?? escaped ?? "";
  return (text.match(word) ?? []).map((found) => found.replace(part, unquote));
}
