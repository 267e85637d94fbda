import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { State } from "../../local/state.ts";

/** What is made anew by a start, and so is in no backup. */
const MADE_ANEW = new Set([
  "images",
  "logs",
  "run",
  "volumes",
  "run.json",
  "outputs.json",
  "before-restore",
  "restoring",
]);
/** Where a restore leaves what was there before. */
const BEFORE = "before-restore";
const MANIFEST = "backup.json";
/** Milliseconds that copying may take. */
const COPY_MS = 30 * 60_000;

/** What `backup.json` in a backup says of it. */
const Manifest = z.object({
  /** Of this file's form. */
  version: z.literal(1),
  /** When the copy began: what is committed later is not in it. */
  takenAt: z.iso.datetime(),
  entries: z.array(z.string()),
  files: z.number(),
  bytes: z.number(),
});
export type BackupManifest = z.infer<typeof Manifest>;

/** A backup or a restore that is over. */
export interface Copied extends BackupManifest {
  seconds: number;
}

/**
 * Copies a platform's data, which must not run meanwhile: database, keys, secrets, models, shifts. PostgreSQL has ended,
 * so that its folder is whole by itself.
 * @param target a folder that doesn't exist yet; it has this name once it is whole
 * @throws Error when the platform runs, there is no data, or the target is there
 */
export async function takeBackup(directory: string, target: string): Promise<Copied> {
  const wanted = resolve(target);
  if (await exists(wanted)) throw new Error(`${wanted} exists; name a folder that doesn't`);
  if (wanted.startsWith(`${directory}/`))
    throw new Error("the backup would be inside the data; name another folder");
  return withLock(directory, async () => {
    const entries = (await readdir(directory)).filter((name) => !isMadeAnew(name)).sort();
    if (!entries.includes("postgres"))
      throw new Error(`${directory} has no database to copy; run npm start first`);
    const begun = Date.now();
    const draft = `${wanted}.partial`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true, mode: 0o700 });
    for (const name of entries) await copy(join(directory, name), draft);
    const manifest = {
      version: 1 as const,
      takenAt: new Date(begun).toISOString(),
      entries,
      ...(await sizeOf(draft)),
    };
    await writeFile(join(draft, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600 });
    await promisify(execFile)("sync", [], { timeout: COPY_MS });
    await rename(draft, wanted);
    return { ...manifest, seconds: (Date.now() - begun) / 1000 };
  });
}

/**
 * Puts a backup in the place of a platform's data, which must not run meanwhile. What was there is kept in
 * `before-restore` until the next restore.
 */
export async function restoreBackup(directory: string, source: string): Promise<Copied> {
  const folder = resolve(source);
  const manifest = await readManifest(folder);
  return withLock(directory, async () => {
    const begun = Date.now();
    const draft = join(directory, "restoring");
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o700 });
    for (const name of manifest.entries) await copy(join(folder, name), draft);
    const { files, bytes } = await sizeOf(draft);
    if (files !== manifest.files || bytes !== manifest.bytes)
      throw new Error(
        `${folder} is not whole: ${files} files of ${bytes} bytes instead of ${manifest.files} of ${manifest.bytes}; nothing was changed`,
      );
    await rm(join(directory, BEFORE), { recursive: true, force: true });
    await mkdir(join(directory, BEFORE), { mode: 0o700 });
    for (const name of await readdir(directory))
      if (!isMadeAnew(name)) await rename(join(directory, name), join(directory, BEFORE, name));
    for (const name of manifest.entries) await rename(join(draft, name), join(directory, name));
    await rm(draft, { recursive: true });
    return { ...manifest, seconds: (Date.now() - begun) / 1000 };
  });
}

async function readManifest(folder: string): Promise<BackupManifest> {
  const text = await readFile(join(folder, MANIFEST), "utf8").catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ENOENT" ? new Error(`${folder} is no backup: it has no ${MANIFEST}`) : error;
  });
  return Manifest.parse(JSON.parse(text));
}

const isMadeAnew = (name: string) => MADE_ANEW.has(name) || name.startsWith("run.json.");

/** Holds the folder as a platform does, so that none starts on it meanwhile. */
async function withLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const state = State.take(directory, { stack: "backup", fresh: false });
  try {
    return await work();
  } finally {
    await state.release();
  }
}

/** With owners and rights, which PostgreSQL insists on. */
async function copy(from: string, to: string): Promise<void> {
  await promisify(execFile)("cp", ["-a", from, to], { timeout: COPY_MS });
}

async function sizeOf(folder: string): Promise<{ files: number; bytes: number }> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = all.filter((one) => one.isFile() && !(one.name === MANIFEST && one.parentPath === folder));
  let bytes = 0;
  for (const { parentPath, name } of found) bytes += (await stat(join(parentPath, name))).size;
  return { files: found.length, bytes };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
}
