// What keeps a child's start short, and its run: more than half of the time that a program of 200 resources takes.
import Module from "node:module";
import { setFlagsFromString } from "node:v8";
import { edit, edited } from "./edits.mjs";
import { speedUp } from "./fast-struct.mjs";
import "./late.mjs";
import { withLazyParts } from "./lazy-parts.mjs";

// V8 optimizes what it thinks is hot. In a run of seconds that costs more than it brings, so it is told to think
// ten times as long about it (its default is 67,584 bytes of bytecode).
setFlagsFromString("--interrupt-budget=675840");

// A stack trace of every promise, of which a program of 200 resources has 20,000.
if (!process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
  edit("@pulumi/pulumi/runtime/debuggable.js", "value: new Error().stack", 'value: ""');
}
// The place in the program of every resource, which this engine doesn't record.
edit("@pulumi/pulumi/resource.js", "const stackTrace = new Error().stack", "const stackTrace = undefined");

// The inspector is asked late for the scripts (see `late.mjs`), so it has to be listened to before it names them.
edit(
  "@pulumi/pulumi/runtime/closure/v8Hooks.js",
  "inspectorSession.connect();",
  `inspectorSession.connect();
  inspectorSession.on("Debugger.scriptParsed", ({ params }) => scriptIdToUrlMap.set(params.scriptId, params.url));`,
);

// Each policy gets a copy of a resource's properties: that they are read only once is not seen.
edit(
  "@pulumi/policy/deserialize.js",
  "outputsStruct.toJavaScript()",
  "(outputsStruct.engineRead ??= outputsStruct.toJavaScript())",
);

// Messages in fifty languages, of what many programs check their config with. It asks each getter that it could define
// again, to put its value there.
for (const file of ["zod/v4/core/index.cjs", "zod/v4/classic/external.cjs", "zod/v4/mini/external.cjs"]) {
  const [key, load] = ["locales", '__importStar(require("../locales/index.cjs"))'];
  const late = `Object.defineProperty(exports, "${key}", { enumerable: true, configurable: false, get: () => ${load} });`;
  edit(file, `exports.${key} = ${load};`, late);
}

/** Keeps the SDK's debug messages in the child, which sends the next only when the engine has answered the last. */
export function dropDebugMessages() {
  const head = "function debug(msg, resource, streamId, ephemeral) {";
  edit("@pulumi/pulumi/log/index.js", head, `${head} return Promise.resolve();`);
}

const compile = Module.prototype._compile;
Module.prototype._compile = function (content, filename, ...rest) {
  const path = filename.replaceAll("\\", "/");
  const text = withLazyParts(edited(content, path), path);
  const result = Reflect.apply(compile, this, [withoutSourceMap(text, filename), filename, ...rest]);
  if (path.endsWith("/google-protobuf/google/protobuf/struct_pb.js")) {
    speedUp(this.exports, this.require("google-protobuf"));
  }
  return result;
};

/**
 * While source maps are on, for the program's sake, Node reads those of the packages too. What compiles others has the
 * same words in the midst of its code: only a last line is the file's own.
 */
function withoutSourceMap(content, filename) {
  if (!/[\\/]node_modules[\\/]/.test(filename)) return content;
  const at = content.lastIndexOf("\n//# sourceMappingURL=");
  return at !== -1 && /^\n\/\/# sourceMappingURL=[\w./:;,=+%@-]+\s*$/.test(content.slice(at))
    ? content.slice(0, at)
    : content;
}
