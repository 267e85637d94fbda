// `node translate.mjs ENTRY FORMAT FOLDER`: bundles a TypeScript entry of this project, without the packages, and
// prints its sources as JSON. A process of its own, since what asks for it can't wait otherwise: see translated.cjs.
import { readFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { isCommonJs } from "../engine/common-js.mjs";

/** Lets each file know where its source is, next to which it finds others. */
const importMeta = {
  name: "import.meta",
  setup({ onLoad }) {
    onLoad({ filter: /\.m?ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      if (!text.includes("import.meta")) return undefined;
      const meta = { url: pathToFileURL(path).href, dirname: dirname(path), filename: path };
      return { contents: `const importMeta = ${JSON.stringify(meta)}; ${text}`, loader: "ts" };
    });
  },
};

/** Asks for packages of CommonJS as such: to import one, Node reads it a second time to find the names that it gives. */
const required = {
  name: "required",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path, importer, namespace, kind }) => {
      if (namespace === "required") return { path, external: true };
      if (isBuiltin(path) || kind !== "import-statement") return undefined;
      return isCommonJs(path, importer) ? { path, namespace: "required" } : undefined;
    });
    onLoad({ filter: /.*/, namespace: "required" }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }));
  },
};

const formats = {
  esm: {
    splitting: true,
    outExtension: { ".js": ".mjs" },
    plugins: [importMeta, required],
    banner: {
      js: 'import module_ from "node:module"; const require = module_.createRequire(import.meta.url);',
    },
  },
  cjs: { outExtension: { ".js": ".cjs" }, plugins: [importMeta] },
};

const [entry, format, outdir] = process.argv.slice(2);
const { metafile } = await build({
  ...{
    absWorkingDir: join(import.meta.dirname, ".."),
    entryPoints: [entry],
    outdir,
    format,
    ...formats[format],
  },
  ...{ bundle: true, packages: "external", platform: "node", target: "node20", keepNames: true },
  ...{ define: { "import.meta": "importMeta" }, sourcemap: "linked", metafile: true, logLevel: "silent" },
});
const sources = Object.keys(metafile.inputs).filter((name) => !name.startsWith("required:"));
process.stdout.write(JSON.stringify(sources));
