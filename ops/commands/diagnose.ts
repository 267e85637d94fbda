import type { Command } from "commander";
import { readOutputs } from "../platform/outputs.ts";
import { command } from "./command.ts";

/** `trizone diagnose`: one verdict on the platform, with its evidence and what to do next. */
export function diagnoseCommand(): Command {
  return command(
    "diagnose",
    "Say what is the matter with the platform: a zone, a release, load, or what it depends on",
    [
      "diagnose",
      "diagnose --json",
      "diagnose --outputs outputs.json --user olivia   # the password is in TRIZONE_PASSWORD",
    ],
  )
    .option("--outputs <file>", "the stack's outputs as JSON (default: of the platform on this machine)")
    .option("--user <name>", "an operator", "olivia")
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExits with 0 where all is healthy, with 3 where something is the matter.")
    .action(async ({ outputs: file, user, json }: { outputs?: string; user: string; json?: boolean }) => {
      const [{ diagnose, readFacts }, { tokenOf }] = await Promise.all([
        import("../diagnose/index.ts"),
        import("../platform/user-token.ts"),
      ]);
      const outputs = readOutputs(file);
      const verdict = diagnose(await readFacts(outputs, await tokenOf(outputs, user, file !== undefined)));
      if (json) console.log(JSON.stringify(verdict, undefined, 2));
      else {
        console.log(`${verdict.cause}${verdict.zone ? ` (${verdict.zone})` : ""}\n`);
        for (const line of verdict.evidence) console.log(`  ${line}`);
        const isCommand = /^(status|shift|database|prescale)\b/.test(verdict.next);
        console.log(`\nnext: ${isCommand ? `npx trizone ${verdict.next}` : verdict.next}`);
      }
      if (verdict.cause !== "healthy") process.exitCode = 3;
    });
}
