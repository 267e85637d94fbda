import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, globSync, readdirSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { bundle } from "./bundle.ts";

/** Names of the folders of `services/` with a `main.ts`, of each of which an image is built. */
export const SERVICES = readdirSync(join(import.meta.dirname, ".."))
  .filter((name) => existsSync(join(import.meta.dirname, "..", name, "main.ts")))
  .sort();

export interface BuiltImage {
  service: string;
  /** What a container finds under /app. */
  directory: string;
  /** False when the folder was up to date. */
  built: boolean;
}

const root = resolve(import.meta.dirname, "../..");
const STAMP = ".inputs";
/** Of all images, as glob patterns. */
const INPUTS = ["services/**", "package-lock.json"];

/**
 * Builds the image folders `<out>/<service>/`: `main.js`, and what else the service needs in /app. A folder whose
 * inputs have not changed is left alone; one that is built replaces the old one as a whole.
 * @throws Error of esbuild, naming file and line.
 */
export async function buildImages(out: string, names: readonly string[] = SERVICES): Promise<BuiltImage[]> {
  const inputs = await fingerprintOf(root, INPUTS);
  return Promise.all(names.map((service) => buildImage(join(resolve(out), service), service, inputs)));
}

/**
 * As `buildImages`, in a process of its own where something is to be built: with it ends what the bundlers take of memory,
 * more than a gigabyte, of which a process that lives on would keep most.
 * @throws Error with what the process wrote of its failure
 */
export async function buildImagesApart(out: string, signal?: AbortSignal): Promise<void> {
  const inputs = await fingerprintOf(root, INPUTS);
  const upToDate = SERVICES.map((service) => isUpToDate(join(resolve(out), service), inputs));
  if ((await Promise.all(upToDate)).every(Boolean)) return;
  const child = spawn(process.execPath, [join(import.meta.dirname, "images-process.ts"), resolve(out)], {
    stdio: ["ignore", "inherit", "pipe"],
    signal,
  });
  const [said, [code, end]] = await Promise.all([text(child.stderr), once(child, "close")]);
  if (code !== 0) throw new Error(said.trim() || `the build of the images ended with ${code ?? end}`);
}

async function buildImage(directory: string, service: string, inputs: string): Promise<BuiltImage> {
  if (await isUpToDate(directory, inputs)) return { service, directory, built: false };
  await mkdir(dirname(directory), { recursive: true });
  const fresh = await mkdtemp(`${directory}.`);
  try {
    await fillImage(service, fresh);
    await writeFile(join(fresh, STAMP), inputs);
    await chmod(fresh, 0o755);
    const built = await replace(directory, fresh, inputs);
    return { service, directory, built };
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/**
 * Fills an empty folder with what a container finds under /app. Answers the source files and packages' manifests of
 * which something is in it, by their paths below the project's folder.
 */
export async function fillImage(service: string, folder: string): Promise<string[]> {
  const sources = await bundle(root, service, folder);
  await writeFile(join(folder, "package.json"), `${JSON.stringify({ type: "module" })}\n`);
  if (service !== "web") return sources;
  // Loaded only where it is needed: Vite takes longer to load than most services to build.
  const { buildPage } = await import("./page.ts");
  const page = await buildPage(join(root, "services/web/page"), join(folder, "public"));
  return [...sources, ...page.map((path) => relative(root, path))];
}

/** False when another process put the same content there first. */
async function replace(directory: string, fresh: string, inputs: string): Promise<boolean> {
  const old = await mkdtemp(`${directory}.`);
  try {
    if (existsSync(directory)) await rename(directory, join(old, "image"));
    await rename(fresh, directory);
    return true;
  } catch (error) {
    if (await isUpToDate(directory, inputs)) return false;
    throw error;
  } finally {
    await rm(old, { recursive: true, force: true });
  }
}

async function isUpToDate(directory: string, inputs: string): Promise<boolean> {
  const stamp = join(directory, STAMP);
  return existsSync(stamp) && (await readFile(stamp, "utf8")) === inputs;
}

/** A hash of the names and contents of files, given by glob patterns relative to `root`. */
async function fingerprintOf(root: string, patterns: string[]): Promise<string> {
  const entries = globSync(patterns, { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map(({ parentPath, name }) => relative(root, join(parentPath, name))).sort();
  const hash = createHash("sha256");
  const contents = await Promise.all(files.map((file) => readFile(join(root, file))));
  for (const [i, file] of files.entries()) {
    const content = contents[i] ?? Buffer.alloc(0);
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
