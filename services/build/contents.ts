import { globSync } from "node:fs";
import { mkdir, readdir, rename, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fillImage, SERVICES } from "./images.ts";
import { packagesOf } from "./inventory.ts";
import { licencesOf } from "./licences.ts";
import { MODELS, placeModels } from "./models.ts";
import { sbomOf } from "./sbom.ts";

/**
 * What services/Dockerfile runs: fills `<folder>/images/<service>/app` for each service, and `<folder>/about/<service>`
 * with what is known of it and isn't in it: `sbom.cdx.json`, `size.json` (`bytes`, `files`), and the source maps.
 */

const root = resolve(import.meta.dirname, "../..");
/** The same time for each file, so that the same files are the same layer. */
const TIME = new Date("2000-01-01T00:00:00Z");

async function fill(service: string, out: string): Promise<void> {
  const [app, about] = [join(out, "images", service, "app"), join(out, "about", service)];
  await Promise.all([app, about].map((folder) => mkdir(folder, { recursive: true })));
  const packages = await packagesOf(root, await fillImage(service, app));
  await writeFile(join(app, "LICENCES.txt"), await licencesOf(root, packages));
  // For clusters without a bucket. A laptop has one, so that it needs no copy in the image.
  if (service === "news") await placeModels(MODELS, join(app, "models"), "the image", "newest");
  for (const map of globSync("**/*.map", { cwd: app, exclude: ["node_modules"] })) {
    await mkdir(dirname(join(about, map)), { recursive: true });
    await rename(join(app, map), join(about, map));
  }
  const sbom = sbomOf(service, packages, process.versions.node);
  await writeFile(join(about, "sbom.cdx.json"), `${JSON.stringify(sbom, undefined, 2)}\n`);
  await writeFile(join(about, "size.json"), `${JSON.stringify(await sizeOf(app))}\n`);
}

async function sizeOf(folder: string): Promise<{ bytes: number; files: number }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), files: files.length };
}

const [, , out] = process.argv;
if (!out) throw new Error("Say where to: node services/build/contents.ts <folder>");
for (const service of SERVICES) await fill(service, out);
for (const path of globSync("**", { cwd: out })) await utimes(join(out, path), TIME, TIME);
