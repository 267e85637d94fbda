// What keeps a child's start short: together a third of the time that a program of a hundred resources takes.
import Module from "node:module";

// The SDK loads the TypeScript compiler and npm's resolver at its start and needs them only to serialize functions
// (dynamic providers, callbacks): they are loaded when first used.
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

// While source maps are on, for the program's sake, Node reads those of the packages too.
const compile = Module.prototype._compile;
Module.prototype._compile = function (content, filename, ...rest) {
  const isPackage = /[\\/]node_modules[\\/]/.test(filename);
  return Reflect.apply(compile, this, [isPackage ? withoutSourceMap(content) : content, filename, ...rest]);
};

/** What compiles others has the same words in the midst of its code: only a last line is the file's own. */
function withoutSourceMap(content) {
  const at = content.lastIndexOf("\n//# sourceMappingURL=");
  return at !== -1 && /^\n\/\/# sourceMappingURL=[\w./:;,=+%@-]+\s*$/.test(content.slice(at))
    ? content.slice(0, at)
    : content;
}

/**
 * The SDK takes a stack trace of every promise that it makes, for a message that only `PULUMI_DEBUG_PROMISE_LEAKS`
 * brings up. To be called when the formatter of stack traces is in place.
 */
export function skipTracesOfPromises() {
  if (process.env.PULUMI_DEBUG_PROMISE_LEAKS) return;
  const format = Error.prepareStackTrace;
  Error.prepareStackTrace = (error, frames) =>
    frames[0]?.getFunctionName() === "debuggablePromise" ? "" : format(error, frames);
}
