import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build, type InlineConfig } from "vite";

/** Settings of the page's build, without a configuration file: nothing but the sources decides what comes out. */
const settings = (source: string, out: string): InlineConfig => ({
  root: source,
  configFile: false,
  envFile: false,
  publicDir: false,
  logLevel: "error",
  mode: "production",
  build: {
    outDir: out,
    emptyOutDir: false,
    // What browsers have had since 2023, which is what React and the styles are written for.
    target: ["es2023", "chrome119", "firefox121", "safari17"],
    // A data: URL in a style would need a wider policy than the page has.
    assetsInlineLimit: 0,
    sourcemap: true,
    reportCompressedSize: false,
  },
});

/**
 * Builds the page into `out`: `index.html`, and under `assets/` files whose names hold a hash of their content, each
 * also compressed by Brotli and gzip. Needs no network. Answers the absolute paths of the sources that are in it.
 * @throws Error of Vite, naming file and line
 */
export async function buildPage(source: string, out: string): Promise<string[]> {
  await mkdir(out, { recursive: true });
  const before = process.env.NODE_ENV;
  let sources: string[] = [];
  try {
    sources = sourcesOf(await build(settings(source, out)));
  } finally {
    // Vite sets it for the whole process, which goes on to do other things.
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
  await compressAll(out);
  return sources;
}

/** Modules of which something is left in the scripts, and all styles; a virtual one of Vite's own begins with a zero byte. */
function sourcesOf(result: Awaited<ReturnType<typeof build>>): string[] {
  const results = "close" in result ? [] : [result].flat();
  const chunks = results.flatMap(({ output }) => output).filter((one) => one.type === "chunk");
  const modules = chunks.flatMap((chunk) => Object.entries(chunk.modules));
  const used = modules.filter(([id, { renderedLength }]) => renderedLength > 0 || id.endsWith(".css"));
  return used.map(([id]) => id.split("?")[0] ?? id).filter((id) => !id.startsWith("\0"));
}

const COMPRESSIBLE = /\.(?:js|css|html|svg|json)$/;

async function compressAll(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  await Promise.all(
    names.filter((name) => COMPRESSIBLE.test(name)).map((name) => compress(join(folder, name))),
  );
}

/** Writes `<file>.br` and `<file>.gz`, as small as they get: this is done once, and sent often. */
async function compress(file: string): Promise<void> {
  const content = await readFile(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const [brotli, gzipped] = await Promise.all([
    promisify(brotliCompress)(content, { params }),
    promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }),
  ]);
  await Promise.all([writeFile(`${file}.br`, brotli), writeFile(`${file}.gz`, gzipped)]);
}
