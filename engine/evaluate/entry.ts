import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { parse } from "yaml";
import { EvaluationError, messageOf } from "../graph/index.ts";

/** What to run: the working folder and the program in it (`.` means whatever the folder's package says). */
export interface Entry {
  pwd: string;
  program: string;
}

const indexFiles = ["js", "mjs", "cjs", "ts", "mts", "cts"].map((extension) => `index.${extension}`);

/**
 * Finds the program as the CLI does: `main` is a file or a folder inside the project and decides the working folder.
 * Throws an `EvaluationError` when there is nothing to run.
 */
export async function findEntry(directory: string, main = "."): Promise<Entry> {
  const root = resolve(directory);
  const path = resolve(root, main);
  if (relative(root, path).startsWith("..")) {
    throw new EvaluationError(`The program's main '${main}' lies outside of the project folder ${root}`);
  }
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) {
    throw new EvaluationError(
      `There is no program at ${path}: check the folder and 'main' in its Pulumi.yaml`,
    );
  }
  if (!found.isDirectory()) return { pwd: dirname(path), program: basename(path) };
  await checkFolder(path);
  return { pwd: path, program: "." };
}

async function checkFolder(folder: string): Promise<void> {
  if (indexFiles.some((file) => existsSync(join(folder, file)))) return;
  const manifest = await readManifest(folder);
  if (manifest?.exports !== undefined) return;
  const main = manifest?.main;
  if (typeof main === "string" && existsSync(join(folder, main))) return;
  const named = typeof main === "string" ? `'${main}' (main in ${manifest?.name}) or ` : "";
  throw new EvaluationError(
    `There is no program in ${folder}: expected ${named}index.ts or index.js, or 'main' in its Pulumi.yaml`,
  );
}

/** The package's manifest: `package.json`, else `package.yaml`, which pnpm has. */
async function readManifest(
  folder: string,
): Promise<{ name: string; main?: unknown; exports?: unknown } | undefined> {
  const name = ["package.json", "package.yaml"].find((file) => existsSync(join(folder, file)));
  if (name === undefined) return undefined;
  try {
    const text = await readFile(join(folder, name), "utf8");
    const { main, exports } = name === "package.json" ? JSON.parse(text) : (parse(text) ?? {});
    return { name, main, exports };
  } catch (cause) {
    throw new EvaluationError(`${join(folder, name)} can't be read: ${messageOf(cause)}`, { cause });
  }
}
