import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A package of npm of which an image has something inside. */
export interface Package {
  name: string;
  version: string;
  /** Its folder below the project's, as the lock file names it. */
  path: string;
  /** SPDX expression. */
  license?: string;
  homepage?: string;
  /** Where npm had it from, and the hash that it was checked by (Subresource Integrity). */
  resolved?: string;
  integrity?: string;
}

interface Lock {
  packages: Record<string, { version?: string; resolved?: string; integrity?: string }>;
}

/**
 * The packages that files belong to, each once, by name.
 * @param files paths below `root`; those outside `node_modules` belong to the project itself
 * @throws Error where the lock file doesn't know a package
 */
export async function packagesOf(root: string, files: readonly string[]): Promise<Package[]> {
  const lock = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as Lock;
  const paths = new Set(
    files.filter((file) => file.includes("node_modules/")).map((file) => pathIn(lock, file)),
  );
  const packages = await Promise.all([...paths].map((path) => read(root, path, lock)));
  return packages.sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

function key({ name, version }: Package): string {
  return `${name}@${version}`;
}

/** A package may have folders with manifests of their own; the lock file names the package's. */
function pathIn({ packages }: Lock, file: string): string {
  for (let path = dirname(file); path !== "."; path = dirname(path)) if (packages[path]) return path;
  throw new Error(
    `package-lock.json knows no package that has ${file}: run npm install and commit the lock file`,
  );
}

async function read(root: string, path: string, { packages }: Lock): Promise<Package> {
  const manifest = JSON.parse(await readFile(join(root, path, "package.json"), "utf8")) as {
    name: string;
    version: string;
    license?: string | { type: string };
    homepage?: string;
  };
  const { name, version, license, homepage } = manifest;
  const { resolved, integrity } = packages[path] ?? {};
  return {
    ...{ name, version, path, homepage, resolved, integrity },
    license: typeof license === "object" ? license.type : license,
  };
}
