import { Command } from "commander";
import { down } from "./down.ts";
import { manifests } from "./manifests.ts";
import { plan } from "./plan.ts";
import { shift } from "./shift.ts";
import { status } from "./status.ts";
import { token } from "./token.ts";
import { up } from "./up.ts";
import { zone } from "./zone.ts";

const program = new Command("trizone")
  .description("Runs a trading platform across three zones, on a laptop or on AWS, and operates it.")
  .showSuggestionAfterError()
  .showHelpAfterError("(see --help)");

for (const command of [up(), down(), status(), plan(), manifests(), token(), zone(), shift()])
  program.addCommand(command);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`trizone: ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env.TRIZONE_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  // What a command left open must not keep a failed one from ending.
  process.exit(1);
}
