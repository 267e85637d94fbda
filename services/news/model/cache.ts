import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkFile } from "./checked-file.ts";
import { withLock } from "./lock.ts";
import { checkConfig, type Manifest, ModelError, parseManifest } from "./manifest.ts";
import type { ModelSource } from "./source.ts";

/** A version of a model on this machine, whose files are what its manifest says. */
export interface ModelFolder {
  version: string;
  directory: string;
  manifest: Manifest;
  /** In the order of the logits. */
  labels: string[];
}

/** Versions that stay in the cache, those used last; a version in use was loaded into memory and needs no files. */
const KEPT_VERSIONS = 6;
/** Unfinished downloads of processes that ended are removed after so long, in milliseconds. */
const ABANDONED_MS = 3_600_000;
const TEMPORARY = ".download-";

/**
 * The version's folder in the cache, which is downloaded when it isn't there yet. A version never changes once it is
 * published, so that one in the cache is used without asking the source; its files are checked again all the same, as
 * other pods write to the same folder. Appears as a whole (a temporary folder, renamed), and pods of a node that want
 * the same version at the same time wait for the one that downloads it.
 * @throws ModelError naming the file that is wrong; else what the source throws when it can't be reached.
 */
export async function fetchModel(
  source: ModelSource,
  version: string,
  cacheDirectory: string,
  signal: AbortSignal,
): Promise<ModelFolder> {
  await mkdir(cacheDirectory, { recursive: true });
  const directory = join(cacheDirectory, version);
  const cached = await checked(version, directory, signal);
  if (cached) return cached;
  return withLock(join(cacheDirectory, `.${version}.lock`), signal, async () => {
    const meanwhile = await checked(version, directory, signal);
    if (meanwhile) return meanwhile;
    const manifest = await source.manifest(version, signal);
    const temporary = await mkdtemp(join(cacheDirectory, TEMPORARY));
    try {
      for (const file of Object.keys(manifest.files))
        await source.download(version, file, join(temporary, file), signal);
      checkConfig(manifest, await readFile(join(temporary, "config.json"), "utf8"));
      await writeFile(join(temporary, "manifest.json"), JSON.stringify(manifest, undefined, 2));
      await replace(directory, temporary);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    await prune(cacheDirectory, version);
    return folderOf(directory, manifest);
  });
}

/** A folder whose files were checked by the caller, or don't have to be, as those of a test. */
export async function openModelFolder(version: string, directory: string): Promise<ModelFolder> {
  const text = await readFile(join(directory, "manifest.json"), "utf8");
  return folderOf(directory, parseManifest(version, text));
}

function folderOf(directory: string, manifest: Manifest): ModelFolder {
  return { version: manifest.version, directory, manifest, labels: manifest.labels };
}

/** The folder if all its files are right; undefined when there is none, or a damaged one, which is to be replaced. */
async function checked(
  version: string,
  directory: string,
  signal: AbortSignal,
): Promise<ModelFolder | undefined> {
  try {
    const folder = await openModelFolder(version, directory);
    for (const file of Object.keys(folder.manifest.files))
      await checkFile(folder.manifest, file, join(directory, file), signal);
    const now = new Date();
    await utimes(directory, now, now);
    return folder;
  } catch (error) {
    if (error instanceof ModelError || isMissing(error)) return undefined;
    throw error;
  }
}

/** Puts the new folder where the old one may be. */
async function replace(directory: string, fresh: string): Promise<void> {
  const old = `${fresh}-old`;
  await rename(directory, old).catch(ignoreMissing);
  await rename(fresh, directory);
  await rm(old, { recursive: true, force: true });
}

/** Removes the versions that weren't used for the longest, and what processes that ended left. */
async function prune(cacheDirectory: string, current: string): Promise<void> {
  const names = (await readdir(cacheDirectory, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && entry.name !== current)
    .map(({ name }) => name);
  const found = await Promise.all(
    names.map(async (name) => ({ name, usedAt: (await stat(join(cacheDirectory, name))).mtimeMs })),
  );
  const abandoned = found.filter(
    ({ name, usedAt }) => name.startsWith(TEMPORARY) && usedAt < Date.now() - ABANDONED_MS,
  );
  const versions = found
    .filter(({ name }) => !name.startsWith("."))
    .sort((a, b) => b.usedAt - a.usedAt)
    .slice(KEPT_VERSIONS - 1);
  for (const { name } of [...abandoned, ...versions])
    await rm(join(cacheDirectory, name), { recursive: true, force: true });
}

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === "ENOENT";

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
