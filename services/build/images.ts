import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import {
  access,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { buildPage, bundle } from "./bundle.ts";

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

/**
 * Builds the image folders `<out>/<service>/`: `main.js`, and what else the service needs in /app. A folder whose
 * inputs have not changed is left alone; one that is built replaces the old one as a whole.
 * @throws Error of esbuild, naming file and line.
 */
export async function buildImages(out: string, names: readonly string[] = SERVICES): Promise<BuiltImage[]> {
  const inputs = await fingerprintOf(root, ["services", "package-lock.json"]);
  return Promise.all(names.map((service) => buildImage(join(resolve(out), service), service, inputs)));
}

async function buildImage(directory: string, service: string, inputs: string): Promise<BuiltImage> {
  if (await isUpToDate(directory, inputs)) return { service, directory, built: false };
  await mkdir(dirname(directory), { recursive: true });
  const fresh = await mkdtemp(`${directory}.`);
  try {
    await bundle(root, service, fresh);
    if (service === "web") await buildPage(join(root, "services/web/page"), join(fresh, "public"));
    await writeFile(join(fresh, "package.json"), `${JSON.stringify({ type: "module" })}\n`);
    await writeFile(join(fresh, STAMP), inputs);
    await chmod(fresh, 0o755);
    const built = await replace(directory, fresh, inputs);
    return { service, directory, built };
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** False when another process put the same content there first. */
async function replace(directory: string, fresh: string, inputs: string): Promise<boolean> {
  const old = await mkdtemp(`${directory}.`);
  try {
    if (await exists(directory)) await rename(directory, join(old, "image"));
    await rename(fresh, directory);
    return true;
  } catch (error) {
    if (await isUpToDate(directory, inputs)) return false;
    throw error;
  } finally {
    await rm(old, { recursive: true, force: true });
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function isUpToDate(directory: string, inputs: string): Promise<boolean> {
  const stamp = join(directory, STAMP);
  return (await exists(stamp)) && (await readFile(stamp, "utf8")) === inputs;
}

const [, script, out, ...names] = process.argv;
if (script && resolve(script) === import.meta.filename) {
  if (!out) throw new Error("Say where to: node services/build/images.ts <folder> [service]…");
  const unknown = names.filter((name) => !SERVICES.includes(name));
  if (unknown.length > 0)
    throw new Error(`No service ${unknown.join(", ")} has a main.ts; those that do: ${SERVICES.join(", ")}`);
  await buildImages(out, names.length > 0 ? names : SERVICES);
}

/** A hash of the names and contents of files, given as files or folders relative to `root`. */
export async function fingerprintOf(root: string, paths: string[]): Promise<string> {
  const files = (await Promise.all(paths.map((path) => filesOf(root, path)))).flat().sort();
  const hash = createHash("sha256");
  const contents = await Promise.all(files.map((file) => readFile(join(root, file))));
  for (const [i, file] of files.entries()) {
    const content = contents[i] ?? Buffer.alloc(0);
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

async function filesOf(root: string, path: string): Promise<string[]> {
  if ((await stat(join(root, path))).isFile()) return [path];
  const names = await readdir(join(root, path));
  return (await Promise.all(names.map((name) => filesOf(root, `${path}/${name}`)))).flat();
}
