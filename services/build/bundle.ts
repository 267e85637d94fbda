import { constants, existsSync, globSync } from "node:fs";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { build, type Plugin } from "esbuild";

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

/** CommonJS packages inside an ES module still ask for Node's own modules through `require`. */
const REQUIRE = [
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

/** Packages that no bundle can hold, as they load files of theirs at run time; each with those that it needs. */
const WHOLE_PACKAGES: Record<string, string[]> = {
  "onnxruntime-node": ["onnxruntime-common"],
  piscina: [],
};

/** What of `services/<service>` is a program of its own: `main.ts`, worker threads, and what an init container runs. */
const PROGRAMS = ["main.ts", "**/*-worker.ts", "**/init.ts"];

/** Bundles a service's programs into `out`, and copies its SQL files and the packages that stay whole, where it has some. */
export async function bundle(root: string, service: string, out: string): Promise<void> {
  const source = join(root, "services", service);
  const programs = globSync(PROGRAMS, { cwd: source });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: programs.map((file) => ({ in: join(source, file), out: basename(file, ".ts") })),
    outdir: out,
    metafile: true,
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
    external: ["pg-native", "cloudflare:sockets", ...Object.keys(WHOLE_PACKAGES)],
    plugins: [withoutJiti],
    logLevel: "silent",
  });
  const sql = join(source, "sql");
  if (existsSync(sql)) await cp(sql, join(out, "sql"), { recursive: true });
  const imported = new Set(
    Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path)),
  );
  for (const [name, needed] of Object.entries(WHOLE_PACKAGES)) {
    if (imported.has(name)) for (const one of [name, ...needed]) await copyPackage(root, one, out);
  }
}

/** Copies an installed package, but for native files of other systems than this one, which is the image's too. */
async function copyPackage(root: string, name: string, out: string): Promise<void> {
  const from = join(root, "node_modules", name);
  const own = `${process.platform}${sep}${process.arch}`;
  await cp(from, join(out, "node_modules", name), {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    filter(path) {
      const [, native] = path.slice(from.length).split(/[/\\]napi-v\d+[/\\]/);
      return native === undefined || own.startsWith(native) || native.startsWith(own);
    },
  });
}
