import { Command } from "commander";

/** What the one needs takes long to load for the other, so only the command that is named is loaded. */
const commands: Record<string, () => Promise<Command>> = {
  up: async () => (await import("./up.ts")).up(),
  down: async () => (await import("./down.ts")).down(),
  status: async () => (await import("./status.ts")).status(),
  plan: async () => (await import("./plan.ts")).plan(),
  manifests: async () => (await import("./manifests.ts")).manifests(),
  token: async () => (await import("./token.ts")).token(),
  zone: async () => (await import("./zone.ts")).zone(),
  shift: async () => (await import("./shift.ts")).shift(),
  "reconcile-order": async () => (await import("./reconcile-order.ts")).reconcileOrder(),
};

const program = new Command("trizone")
  .description("Runs a trading platform across three zones, on a laptop or on AWS, and operates it.")
  .showSuggestionAfterError()
  .showHelpAfterError("(see --help)");

// Who reads the beginning of an output and closes the pipe has seen enough; that is no failure of the command.
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
  // What a command left open must not keep a failed one from ending.
  process.exit(1);
}
