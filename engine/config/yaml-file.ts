import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import {
  type Alias,
  type Document,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
} from "yaml";
import { EvaluationError, isObject, messageOf } from "../graph/index.ts";
import { decodeNode } from "./yaml-values.ts";

/** A YAML or JSON file as the CLI decodes it, with the means to say where in it something is wrong. */
export interface YamlFile {
  path: string;
  /** Empty for a file that has nothing but comments. */
  content: Record<string, unknown>;
  isEmpty: boolean;
  /** What the CLI would read in another way than it is written; each with its place. */
  warnings: string[];
  /** An error at the value that the keys lead to, or as near as they lead: `FILE:LINE:COLUMN: message`. */
  error(keys: string[], message: string): EvaluationError;
}

/** The extensions in the order in which the CLI looks for a file. */
const extensions = [".json", ".yaml", ".yml"];

/** The file of this name with the first of the extensions, or undefined. */
export function findYaml(folder: string, name: string): string | undefined {
  return extensions.map((extension) => join(folder, `${name}${extension}`)).find((path) => existsSync(path));
}

/** Reads a YAML (or JSON) file. @throws EvaluationError naming the file and the line */
export async function readYaml(path: string): Promise<YamlFile> {
  const text = await readText(path);
  const lines = new LineCounter();
  // Of several documents the CLI reads the first one.
  const [document] = parseAllDocuments(text, {
    ...{ lineCounter: lines, prettyErrors: false, schema: "failsafe", resolveKnownTags: false },
  });
  const at = (offset: number, message: string) => {
    const { line, col } = lines.linePos(offset);
    return new EvaluationError(`${path}:${line || 1}:${col || 1}: ${message}`);
  };
  const atNode = (node: unknown, message: string) => at((node as Node | null)?.range?.[0] ?? 0, message);
  const [broken] = document?.errors ?? [];
  if (broken) throw at(broken.pos[0], broken.message);
  const root: unknown = document?.contents ?? null;
  const warnings = new Set<string>();
  const onReprinted = (node: Scalar, printed: string) => {
    const how = `${node.value} is read as ${printed}, as YAML has it`;
    warnings.add(atNode(node, `${how}; put it in quotes to keep it as it is written`).message);
  };
  const decoded =
    extname(path) === ".json"
      ? parseJson(text, (message) => at(0, message))
      : decodeNode(root, { target: targets(document), error: atNode, onReprinted });
  const error = (keys: string[], message: string) => atNode(find(root, keys), message);
  if (decoded !== null && !isObject(decoded)) throw error([], "expected a mapping (key: value)");
  return { path, content: decoded ?? {}, isEmpty: decoded === null, warnings: [...warnings], error };
}

async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
  } catch (cause) {
    throw new EvaluationError(`${path} can't be read: ${messageOf(cause)}`, { cause });
  }
}

/** What aliases stand for; each is looked for once. */
function targets(document: Document | undefined): (alias: Alias) => Node | undefined {
  const known = new Map<Alias, Node | undefined>();
  return (alias) => {
    if (!known.has(alias)) known.set(alias, document && alias.resolve(document));
    return known.get(alias);
  };
}

function parseJson(text: string, error: (message: string) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw error(messageOf(cause));
  }
}

/** The innermost node on the way along the keys. */
function find(node: unknown, [key, ...rest]: string[]): unknown {
  if (key === undefined || !isMap(node)) return node;
  const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
  return pair?.value ? find(pair.value, rest) : node;
}
