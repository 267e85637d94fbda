import { open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

/** File -> the last write of it that was asked for, done or not. */
const writes = new Map<string, Promise<void>>();

/**
 * Replaces a file in one step that a kill or a power cut either did or did not take (write beside it, fsync, rename,
 * fsync the folder). Mode 600. Writes of one file happen in the order in which they were asked for.
 * @param value a text as it is, anything else as JSON; taken at the call
 */
export function writeDurably(file: string, value: unknown): Promise<void> {
  const text = typeof value === "string" ? value : `${JSON.stringify(value, null, 2)}\n`;
  const replaceFile = () => replace(file, text);
  // The error of a write reaches its own caller; the next one is written all the same.
  const done = (writes.get(file) ?? Promise.resolve()).then(replaceFile, replaceFile);
  writes.set(file, done);
  return done.finally(() => writes.get(file) === done && writes.delete(file));
}

/** Makes the entries of a folder (what was renamed into it) durable. */
export async function syncFolder(folder: string): Promise<void> {
  await withHandle(folder, "r", (handle) => handle.sync());
}

/** The JSON in a file, or undefined where there is none yet. Throws an error that names the file when it isn't JSON. */
export async function readJsonFile(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON (${(error as Error).message})`, { cause: error });
  }
}

/**
 * What a JSON file of this program keeps, or undefined where there is none yet. Throws an error that says which file
 * can't be read, why, and `remedy`.
 * @param what it keeps
 */
export async function readKept<T>(
  file: string,
  schema: z.ZodType<T>,
  what: string,
  remedy: string,
): Promise<T | undefined> {
  try {
    const content = await readJsonFile(file);
    return content === undefined ? undefined : schema.parse(content);
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`${what} can't be read from ${file}: ${reason}; ${remedy}`, { cause: error });
  }
}

async function replace(file: string, text: string): Promise<void> {
  // Another process may write the same file at this moment.
  const draft = `${file}.${process.pid}.new`;
  await withHandle(draft, "w", async (handle) => {
    await handle.writeFile(text);
    await handle.sync();
  });
  await rename(draft, file);
  await syncFolder(dirname(file));
}

async function withHandle(
  path: string,
  flags: string,
  use: (handle: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<void> {
  const handle = await open(path, flags, 0o600);
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
}
