import { open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Replaces a JSON file in one step that a kill or a power cut either did or did not take (write beside it, fsync,
 * rename, fsync the folder). Mode 600. Two writes of one file must not overlap.
 */
export async function writeDurably(file: string, value: unknown): Promise<void> {
  const temporary = `${file}.new`;
  await withHandle(temporary, "w", async (handle) => {
    await handle.writeFile(`${JSON.stringify(value, null, 2)}\n`);
    await handle.sync();
  });
  await rename(temporary, file);
  await syncFolder(dirname(file));
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
