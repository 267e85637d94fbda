import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";

/** Bundles the page's source into `out`: hashed names for scripts and styles, and an index.html that names them. */
export async function buildPage(source: string, out: string): Promise<void> {
  await mkdir(out, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: source,
    entryPoints: ["src/main.ts", "src/style.css"],
    outdir: join(out, "assets"),
    entryNames: "[name]-[hash]",
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022"],
    sourcemap: "linked",
    metafile: true,
    logLevel: "silent",
  });
  let html = await readFile(join(source, "index.html"), "utf8");
  for (const [file, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint) html = html.replaceAll(`/${entryPoint}`, `/assets/${basename(file)}`);
  }
  await writeFile(join(out, "index.html"), html);
}
