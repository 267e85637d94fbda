import { existsSync, readdirSync } from "node:fs";
import { access, chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { bundle } from "./bundle.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { buildPage } from "./page.ts";

/** What has an image, each a folder of `services/` with a `main.ts`: the services, and the migrations of their schemas. */
export const SERVICES = readdirSync(join(import.meta.dirname, ".."))
  .filter((name) => existsSync(join(import.meta.dirname, "..", name, "main.ts")))
  .sort();

export type ServiceName = string;

export interface BuiltImage {
  service: ServiceName;
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
export async function buildImages(
  out: string,
  names: readonly ServiceName[] = SERVICES,
): Promise<BuiltImage[]> {
  const inputs = await fingerprintOf(root, ["services", "package-lock.json"]);
  return Promise.all(names.map((service) => buildImage(join(resolve(out), service), service, inputs)));
}

async function buildImage(directory: string, service: ServiceName, inputs: string): Promise<BuiltImage> {
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
