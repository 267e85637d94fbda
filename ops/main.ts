import { Command } from "commander";
import { exitCodes, VERSION } from "./commands/command.ts";

/** The subcommands; only the one that is called is loaded, since some load for a second. */
const commands: Record<string, () => Promise<Command>> = {
  up: async () => (await import("./commands/up.ts")).up(),
  down: async () => (await import("./commands/down.ts")).down(),
  status: async () => (await import("./commands/status.ts")).status(),
  health: async () => (await import("./commands/health.ts")).healthCommand(),
  logs: async () => (await import("./commands/logs.ts")).logs(),
  prescale: async () => (await import("./commands/capacity.ts")).prescale(),
  capacity: async () => (await import("./commands/capacity.ts")).capacity(),
  plan: async () => (await import("./commands/plan.ts")).plan(),
  compliance: async () => (await import("./commands/compliance.ts")).compliance(),
  backup: async () => (await import("./commands/backup.ts")).backup(),
  restore: async () => (await import("./commands/backup.ts")).restore(),
  "check-cluster": async () => (await import("./commands/check-cluster.ts")).checkCluster(),
  manifests: async () => (await import("./commands/manifests.ts")).manifests(),
  build: async () => (await import("./commands/build.ts")).build(),
  ages: async () => (await import("./commands/ages.ts")).ages(),
  token: async () => (await import("./commands/token.ts")).token(),
  zone: async () => (await import("./commands/zone.ts")).zone(),
  diagnose: async () => (await import("./commands/diagnose.ts")).diagnoseCommand(),
  drill: async () => (await import("./commands/drill.ts")).drill(),
  shift: async () => (await import("./commands/shift.ts")).shift(),
  database: async () => (await import("./commands/database.ts")).database(),
  "load-test": async () => (await import("./commands/load-test.ts")).loadTest(),
  pipeline: async () => (await import("./commands/pipeline.ts")).pipeline(),
  model: async () => (await import("./commands/model.ts")).model(),
  "reconcile-order": async () => (await import("./commands/reconcile-order.ts")).reconcileOrder(),
  completion: async () => (await import("./commands/completion.ts")).completion(allCommands),
};

/** Every subcommand, for those that describe the whole. */
async function allCommands(): Promise<Command[]> {
  return Promise.all(Object.values(commands).map((load) => load()));
}

const program = new Command("trizone")
  .description("Runs a trading platform across three zones, on a laptop or on AWS, and operates it.")
  .version(VERSION, "-V, --version", "print the version")
  .addHelpText("after", `\nExit codes:\n${exitCodes()}`)
  .showSuggestionAfterError()
  .showHelpAfterError("(see --help)");

// A reader that closes the pipe early, such as `head`, is no failure of the command.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

try {
  const [, , name = ""] = process.argv;
  const all = Object.entries(commands);
  const named = all.filter(([one]) => one === name);
  for (const [, load] of named.length > 0 ? named : all) program.addCommand(await load());
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`trizone: ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env.TRIZONE_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  // Open connections of a failed command must not keep the process alive.
  process.exit(1);
}
