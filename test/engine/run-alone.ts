import { run } from "./support.ts";

/** Evaluates the failing program with the fault that is named, and prints what it prints: a process to be killed. */
await run("failing", {
  config: { "failing:fault": process.argv[2] ?? "" },
  onLog: (severity, message) => severity !== "debug" && console.log(message),
});
