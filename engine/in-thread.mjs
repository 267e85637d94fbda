// Loads a program of TypeScript ES modules as one CommonJS module. tsx has a thread of its own, which is asked for every
// import; and whoever imports a cloud's SDK as a namespace makes Node read each of its names, which loads all its parts.
import Module, { isBuiltin } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { isCommonJs } from "./common-js.mjs";
import { edit } from "./edits.mjs";

edit("@pulumi/pulumi/cmd/run/run.js", '(0, eval)("u=>import(u)")', "(url) => globalThis.engineImport(url)");
edit(
  "@pulumi/pulumi/cmd/run/run.js",
  "require(program)",
  "(await globalThis.engineImport(), require(program))",
);

/** What the SDK's runner calls: for a program of ES modules with its URL, for any other before it is required. */
globalThis.engineImport = async (url) => {
  const file = url && fileURLToPath(url);
  const code = file === ahead.file ? await ahead.code : await translate(file);
  if (code === undefined) {
    (await import("tsx/esm/api")).register();
    return url && import(url);
  }
  process.setSourceMapsEnabled(true);
  const module = new Module(file);
  module.filename = file;
  module.paths = Module._nodeModulePaths(dirname(file));
  module._compile(code, file);
  return module.exports;
};

/** As CommonJS, with all files that it imports; undefined where that could not be the same program. */
async function translate(file = "") {
  if (!/\.m?ts$/.test(file)) return undefined;
  const folder = dirname(file);
  try {
    const { outputFiles, metafile, warnings } = await build({
      ...{ entryPoints: [file], absWorkingDir: folder, bundle: true, packages: "external" },
      ...{ platform: "node", format: "cjs", target: `node${process.versions.node}`, keepNames: true },
      ...{ sourcemap: "inline", sourcesContent: false, write: false, outfile: file.replace(/ts$/, "cjs") },
      ...{ metafile: true, logLevel: "silent" },
    });
    const inputs = Object.entries(metafile.inputs);
    const code = outputFiles[0].text;
    // Warnings are about `import.meta`, which would be the entry's; and only tsx can load what is named at run time.
    if (warnings.length > 0 || /\bimport\(/.test(code)) return undefined;
    if (inputs.some(([, { format }]) => format === "cjs")) return undefined;
    const packages = new Map();
    for (const [name, { imports }] of inputs) {
      // esbuild's own helpers are called `<runtime>`.
      const outside = imports.filter(({ path, external }) => external && path !== "<runtime>");
      for (const { path } of outside) packages.set(path, resolve(folder, name));
    }
    return [...packages].every(([name, by]) => isBuiltin(name) || isCommonJs(name, by)) ? code : undefined;
  } catch {
    // Whatever is wrong with the program, who loads it as it is has the words for it.
    return undefined;
  }
}

/** Begins while the SDK loads: the program is the last argument, in the folder that another names. */
function start() {
  const folder = process.argv.find((one) => one.startsWith("--pwd="))?.slice("--pwd=".length) ?? ".";
  const file = resolve(folder, process.argv.at(-1));
  return { file, code: translate(file) };
}

const ahead = start();
