import { open, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { podSuffix } from "./identity.ts";

/** A pod's log never grows past this plus what it writes in a second; one older part is kept. */
const maxBytes = 10 * 2 ** 20;
/** Logs of pods that are gone stay for their readers; the oldest go first. */
const maxLogs = 100;

/** Moves a log that grew too long to `<file>.1`. Its writers append, so they go on at the new start. */
export async function rotate(file: string): Promise<void> {
  const { size } = await stat(file);
  if (size <= maxBytes) return;
  await writeFile(`${file}.1`, await end(file, maxBytes), { mode: 0o600 });
  await truncate(file);
}

/** The last lines of a log, without colours; empty if there is none. */
export async function tail(file: string, lines = 10): Promise<string> {
  try {
    const text = (await end(file, 8192)).toString("utf8").trimEnd();
    return stripVTControlCharacters(text).split("\n").slice(-lines).join("\n");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** Removes the oldest pod logs of a folder; other files stay. */
export async function prune(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => podSuffix.test(name.replace(/\.log(\.1)?$/, "")));
  if (names.length <= maxLogs) return;
  const dated = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })),
  );
  dated.sort((a, b) => b.at - a.at);
  await Promise.all(dated.slice(maxLogs).map(({ name }) => rm(join(folder, name), { force: true })));
}

async function end(file: string, bytes: number): Promise<Buffer> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, bytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
