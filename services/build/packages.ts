import { constants } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { Metafile } from "esbuild";

/**
 * Packages that load files of their own, native code or a worker thread's program, and so come as they are published:
 * in `node_modules`, beside the bundle. Of each, the folders of which it runs.
 */
const FOLDERS: Record<string, string[]> = {
  "onnxruntime-node": ["dist", join("bin", "napi-v6", process.platform, process.arch)],
  "onnxruntime-common": [join("dist", "cjs")],
  piscina: ["dist"],
};

/** What isn't bundled; the rest of FOLDERS is what those import. */
export const UNBUNDLED = ["onnxruntime-node", "piscina"];

/**
 * Copies the packages that the bundle imports, and those that they depend on, to `<out>/node_modules`. Answers their
 * manifests' paths below `root`.
 */
export async function copyPackages(root: string, { outputs }: Metafile, out: string): Promise<string[]> {
  const imported = Object.values(outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external && UNBUNDLED.includes(path))
    .map(({ path }) => path);
  const copied = [];
  for (const name of new Set(imported)) copied.push(...(await copyPackage(root, name, out)));
  return copied;
}

async function copyPackage(root: string, name: string, out: string): Promise<string[]> {
  const from = join(root, "node_modules", name);
  const to = join(out, "node_modules", name);
  const manifest = await readFile(join(from, "package.json"), "utf8");
  for (const part of ["package.json", ...(FOLDERS[name] ?? [])])
    await cp(join(from, part), join(to, part), {
      recursive: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (path) => !/\.(map|d\.ts)$/.test(relative(from, path).split(sep).at(-1) ?? ""),
    });
  const { dependencies = {} } = JSON.parse(manifest) as { dependencies?: Record<string, string> };
  // Others are needed only while a package is installed.
  const further = Object.keys(dependencies).filter((dependency) => FOLDERS[dependency]);
  const copied = [`node_modules/${name}/package.json`];
  for (const dependency of further) copied.push(...(await copyPackage(root, dependency, out)));
  return copied;
}
