// A provider's SDK loads all of its namespaces when it is loaded itself: 250 files for a cloud of which a program uses
// ten. Here each is loaded when it is first used, as the SDK already does it for the resources in them.
import { edit } from "./edits.mjs";

const part =
  /^const (\w+) = (__importStar\(require\("\.\/[\w./-]+"\)\)|require\("\.\/[\w./-]+"\));\nexports\.\1 = \1;$/gm;

/** Package -> its parts that nothing has used yet. */
const unused = new Map();

/** The code of an `index.js` in which parts load late; any other code as it is. */
export function withLazyParts(content, filename) {
  const [, name] = /\/node_modules\/@pulumi\/([\w-]+)\/(?:.+\/)?index\.js$/.exec(filename) ?? [];
  if (!name || name === "pulumi" || name === "policy") return content;
  const used = new Set(Array.from(content.matchAll(/(?<![\w.])(\w+)\./g), ([, used]) => used));
  return content.replace(part, (eager, key, load) =>
    used.has(key) ? eager : `globalThis.enginePart("${name}", exports, "${key}", () => ${load});\n`,
  );
}

globalThis.enginePart = (name, exports, key, load) => {
  const parts = unused.get(name) ?? unused.set(name, new Map()).get(name);
  const get = () => {
    parts.delete(get);
    const value = load();
    Object.defineProperty(exports, key, { value, enumerable: true, configurable: true, writable: true });
    return value;
  };
  parts.set(get, key);
  Object.defineProperty(exports, key, { get, enumerable: true, configurable: true });
};

/**
 * Parts say which types they have, so those that nothing has used must when a resource is made of a reference: the one
 * that bears the module's name (`s3` of `s3/bucket`) and, if it `lacks` the type still, the others.
 */
globalThis.engineParts = (name, module, lacks) => {
  const [first] = module.split("/");
  const parts = unused.get(name) ?? new Map();
  for (const [get, key] of parts) if (key === first && lacks()) get();
  for (const get of parts.keys()) if (lacks()) get();
};

const lookup = "function getResourceModule(pkg, mod, version) {";
const lacks = "() => !state_1.getResourceModules().has(moduleKey(pkg, mod))";
edit("@pulumi/pulumi/runtime/rpc.js", lookup, `${lookup} globalThis.engineParts(pkg, mod, ${lacks});`);
