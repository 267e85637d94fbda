import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isMap, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml";
import { EvaluationError, messageOf } from "../graph/index.ts";

/** A YAML file whose top is a mapping, with the means to say where in it something is wrong. */
export interface YamlFile {
  path: string;
  map: YAMLMap;
  /** An error at a node: `FILE:LINE:COLUMN: message`. */
  error(node: unknown, message: string): EvaluationError;
}

/** The file of this name with one of the extensions that Pulumi accepts, or undefined. */
export function findYaml(folder: string, name: string): string | undefined {
  const paths = ["yaml", "yml", "json"].map((extension) => join(folder, `${name}.${extension}`));
  return paths.find((path) => existsSync(path));
}

/** Reads a YAML (or JSON) file. @throws EvaluationError naming the file and the line */
export async function readYaml(path: string): Promise<YamlFile> {
  const lines = new LineCounter();
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new EvaluationError(`${path} can't be read: ${messageOf(cause)}`, { cause });
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset);
    return new EvaluationError(`${path}:${line}:${col}: ${message}`);
  };
  const [broken] = document.errors;
  if (broken) throw at(broken.pos[0], broken.message);
  const { contents } = document;
  const error = (node: unknown, message: string) => at((node as Node | null)?.range?.[0] ?? 0, message);
  if (!isMap(contents)) throw error(contents, "expected a mapping (key: value)");
  return { path, map: contents as YAMLMap, error };
}
