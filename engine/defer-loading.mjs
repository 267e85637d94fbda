// The SDK loads the TypeScript compiler and npm's resolver at its start, a third of the time that a small program takes,
// and needs them only to serialize functions (dynamic providers, callbacks): they are loaded when first used.
import Module from "node:module";

const heavy = new Set(["typescript", "@npmcli/arborist"]);
const loaders = /[\\/]@pulumi[\\/]pulumi[\\/](typescript-shim|runtime[\\/]closure[\\/]codePaths)\.js$/;
const load = Module._load;

Module._load = function (request, parent, isMain) {
  if (!heavy.has(request) || !loaders.test(parent?.filename ?? "")) {
    return Reflect.apply(load, this, [request, parent, isMain]);
  }
  // One that isn't installed has to fail now: the SDK then looks elsewhere.
  Module._resolveFilename(request, parent, isMain);
  const real = () => Reflect.apply(load, this, [request, parent, isMain]);
  return new Proxy(
    {},
    {
      // Importing it asks for this mark, which must not count as a use.
      get: (_target, key) => (key === "__esModule" ? true : real()[key]),
      has: (_target, key) => key in real(),
    },
  );
};
