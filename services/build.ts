import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { bundle } from "./build/bundle.ts";
import { fingerprintOf } from "./build/fingerprint.ts";
import { buildPage } from "./build/page.ts";

/** The services that have an image. */
export const SERVICES = ["gateway", "trading", "web"] as const;

export type ServiceName = (typeof SERVICES)[number];

export interface BuiltImage {
  service: ServiceName;
  /** What a container finds under /app. */
  directory: string;
  /** False when the folder was up to date. */
  built: boolean;
}

const root = resolve(import.meta.dirname, "..");
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
  const inputs = await fingerprintOf(root, ["services", "web", "package-lock.json"]);
  return Promise.all(names.map((service) => buildImage(join(resolve(out), service), service, inputs)));
}

async function buildImage(directory: string, service: ServiceName, inputs: string): Promise<BuiltImage> {
  if (await isUpToDate(directory, inputs)) return { service, directory, built: false };
  const fresh = `${directory}.${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  await bundle(root, service, fresh);
  if (service === "web") await buildPage(join(root, "web"), join(fresh, "public"));
  await writeFile(join(fresh, "package.json"), `${JSON.stringify({ type: "module" })}\n`);
  await writeFile(join(fresh, STAMP), inputs);
  await rm(directory, { recursive: true, force: true });
  await rename(fresh, directory);
  return { service, directory, built: true };
}

async function isUpToDate(directory: string, inputs: string): Promise<boolean> {
  const stamp = join(directory, STAMP);
  const exists = await access(stamp).then(
    () => true,
    () => false,
  );
  return exists && (await readFile(stamp, "utf8")) === inputs;
}

const [, script, out, ...names] = process.argv;
if (script && resolve(script) === import.meta.filename) {
  if (!out) throw new Error("Say where to: node --import tsx services/build.ts <folder> [service]…");
  await buildImages(out, names.length > 0 ? SERVICES.filter((name) => names.includes(name)) : SERVICES);
}
