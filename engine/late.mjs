// Of the modules that the SDK loads at its start, those that few programs need are loaded when they are first used.
import Module from "node:module";
import { onFirstTypeScript } from "./first-typescript.mjs";

/** Which of the SDK's files asks for which module. */
const seldom = [
  // To serialize functions: dynamic providers and callbacks.
  [/typescript-shim\.js$|closure\/codePaths\.js$/, /^(typescript|@npmcli\/arborist|normalize-package-data)$/],
  // For programs that run programs.
  [/pulumi\/index\.js$/, /^\.\/automation$/],
  // For manifests in YAML.
  [/runtime\/manifest\.js$/, /^js-yaml$/],
  // To send traces somewhere; it takes what it needs out of them at once.
  [/cmd\/run\/tracing\.js$/, /^@opentelemetry\/(?!api$)/, { parts: true }],
  // To type-check policy packs that are written in TypeScript; its version is looked at in any case.
  [/tsutils\.js$|cmd\/run-policy-pack\/run\.js$/, /^typescript$/, { versioned: true }],
];

const load = Module._load;
Module._load = function (request, parent, isMain) {
  const real = () => Reflect.apply(load, this, [request, parent, isMain]);
  const from = parent?.filename?.replaceAll("\\", "/") ?? "";
  if (!from.includes("/@pulumi/pulumi/")) return real();
  if (from.endsWith("/cmd/run-policy-pack/run.js") && /(^|[\\/])ts-node(@[\d.]+)?$/.test(request)) {
    return { register: (options) => onFirstTypeScript([".ts", ".tsx"], () => real().register(options)) };
  }
  // It follows which scripts are parsed, for functions that are to be serialized; whoever does that asks for it again.
  if (/\/cmd\/run[\w-]*\/index\.js$/.test(from) && request.endsWith("/closure/v8Hooks")) {
    return { isInitializedAsync: async () => undefined };
  }
  const found = seldom.find(([asker, asked]) => asker.test(from) && asked.test(request));
  if (!found) return real();
  // One that isn't installed has to fail now: the SDK then looks elsewhere.
  const file = Module._resolveFilename(request, parent, isMain);
  const { parts = false, versioned = false } = found[2] ?? {};
  return late(real, { parts, ...(versioned && { version: () => versionOf(file) }) });
};

/** Stands for what `real` gives. `parts`: so do its properties. */
function late(real, { parts = false, version }) {
  return new Proxy(function late() {}, {
    get(_target, key) {
      // Importing it asks for this mark, which must not count as a use.
      if (key === "__esModule") return true;
      if (key === "version" && version) return version();
      const part = () => (key === "default" && !real().__esModule ? real() : real()[key]);
      return parts ? late(part, {}) : part();
    },
    has: (_target, key) => key in real(),
    apply: (_target, self, args) => Reflect.apply(real(), self, args),
    construct: (_target, args) => Reflect.construct(real(), args),
  });
}

function versionOf(file) {
  const require = Module.createRequire(file);
  return require(`${/^.*[\\/]node_modules[\\/]typescript[\\/]/.exec(file)?.[0] ?? "typescript/"}package.json`)
    .version;
}
