// Loaded into every child before anything else. It changes nothing that a program could rely on.
import { writeSync } from "node:fs";
import { createRequire, findSourceMap } from "node:module";
import { fileURLToPath } from "node:url";
import util from "node:util";
import { dropDebugMessages } from "./fast-start.mjs";

/** The pipe on which the engine listens for what the child says of itself, beside its standard streams. */
const TRACE_FD = 3;

if (new URL(import.meta.url).searchParams.has("quiet")) dropDebugMessages();

// A child whose engine was killed must not live on.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
}, 1000).unref();

// The SDK prints errors in colour, which nobody sees here. More: Node 20.20 and its contemporaries never finish
// colouring a stack trace with a file at the top of a scoped package, and the SDK's source maps name such files.
util.inspect = new Proxy(util.inspect, {
  apply(inspect, self, [value, options, ...rest]) {
    const plain = options?.colors === true ? { ...options, colors: false } : options;
    return Reflect.apply(inspect, self, [value, plain, ...rest]);
  },
});

// A program that ends itself leaves no error, so the trace has to be taken here.
const { exit } = process;
process.exit = (...args) => {
  writeSync(TRACE_FD, `${new Error(`process.exit(${args.join()}) was called`).stack}\n`);
  return Reflect.apply(exit, process, args);
};

// The SDK maps stack traces by maps on disk only; what was compiled on loading has its map in Node.
const runner = process.argv[1];
if (runner?.includes("@pulumi")) {
  createRequire(runner)("source-map-support").install({
    // The maps of packages cost more time than they are worth: their traces name files that exist.
    overrideRetrieveSourceMap: true,
    retrieveSourceMap(source) {
      if (source.includes("/node_modules/")) return null;
      const map = findSourceMap(source)?.payload;
      if (!map) return null;
      const sources = map.sources.map((name) => (name.startsWith("file:") ? fileURLToPath(name) : name));
      return { url: source, map: { ...map, sources } };
    },
  });
}
