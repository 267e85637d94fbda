// Node loads this file into a child before the SDK, by its option `--import`. It watches three things that the child
// can't be asked for from outside: whether the engine still lives, whether the program threw what nothing catches, and
// where it calls `process.exit`.
// Its URL says which process the engine is: `?parent=<pid>`.
import { writeSync } from "node:fs";
import { createRequire, findSourceMap } from "node:module";
import { fileURLToPath } from "node:url";

/** The pipe on which the engine listens for where the program calls `process.exit`, beside the standard streams. */
const EXIT_TRACE_FD = 3;

/** The pipe on which the engine listens for whether the program threw what nothing catches. */
const CRASH_FD = 4;

// A child whose engine was killed must not live on.
const parent = Number(new URL(import.meta.url).searchParams.get("parent"));
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
}, 1000).unref();

// The SDK reports such an error as it reports what a program merely logs, once the program's own statements have run.
process.on("uncaughtExceptionMonitor", () => writeSync(CRASH_FD, "."));

// A program that ends itself throws no error, so there is no other trace.
const { exit } = process;
process.exit = (...args) => {
  writeSync(EXIT_TRACE_FD, `${new Error(`process.exit(${args.join()}) was called`).stack}\n`);
  return Reflect.apply(exit, process, args);
};

// The SDK maps stack traces, of which it takes one for each resource, by what it finds on disk. The maps of what was
// compiled on loading are in Node alone, and those of packages are left out: to read them takes longer than the program.
createRequire(process.argv[1])("source-map-support").install({
  overrideRetrieveSourceMap: true,
  retrieveSourceMap(source) {
    const map = source.includes("/node_modules/") ? undefined : findSourceMap(source)?.payload;
    if (!map) return null;
    const sources = map.sources.map((name) => (name.startsWith("file:") ? fileURLToPath(name) : name));
    return { url: source, map: { ...map, sources } };
  },
});
