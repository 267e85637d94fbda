import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { copyPackages, UNBUNDLED } from "./packages.ts";

/** First line of a bundle: CommonJS packages inside an ES module still ask for Node's own modules through `require`. */
export const REQUIRE = [
  `import { createRequire as createRequire_ } from "node:module";`,
  `const require = createRequire_(import.meta.url);`,
].join("");

/** Migrations are SQL: the loader of migrations in JavaScript, a compiler of some megabytes, stays out. */
const withoutJiti: Plugin = {
  name: "without-jiti",
  setup(build) {
    build.onResolve({ filter: /^jiti$/ }, () => ({ path: "jiti", namespace: "left-out" }));
    build.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({
      contents: `export const createJiti = () => ({ import: () => Promise.reject(new Error("Migrations are SQL files here.")) });`,
    }));
  },
};

/** Programs of a service's image beside `main.js`, by name: init containers and worker threads. */
const PROGRAMS: Record<string, Record<string, string>> = {
  news: {
    init: "model/init.ts",
    "read-worker": "text/read-worker.ts",
    "tokenize-worker": "inference/tokenize-worker.ts",
    "infer-worker": "inference/infer-worker.ts",
  },
};

/**
 * Bundles a service's programs into `out`, and copies its SQL files and the packages that can't be bundled. Answers the
 * source files that left something in the bundle, and the packages' manifests, by their paths below `root`.
 */
export async function bundle(root: string, service: string, out: string): Promise<string[]> {
  const source = join(root, "services", service);
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(
      Object.entries({ main: "main.ts", ...PROGRAMS[service] }).map(([name, file]) => [
        name,
        join(source, file),
      ]),
    ),
    outdir: out,
    bundle: true,
    platform: "node",
    target: "node22.19",
    format: "esm",
    sourcemap: "linked",
    sourcesContent: false,
    minifySyntax: true,
    minifyWhitespace: true,
    // An error that nothing catches is printed with the line it was thrown in: a bundle of one line would be 100 KB of it.
    lineLimit: 160,
    banner: { js: REQUIRE },
    // Optional parts of pg, for other runtimes and a native client.
    external: ["pg-native", "cloudflare:sockets", ...UNBUNDLED],
    plugins: [withoutJiti],
    logLevel: "silent",
    metafile: true,
  });
  const copied = await copyPackages(root, metafile, out);
  const sql = join(source, "sql");
  if (existsSync(sql)) await cp(sql, join(out, "sql"), { recursive: true });
  const sources = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const used = sources.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
  return [...new Set([...used, ...copied])];
}
