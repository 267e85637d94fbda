import type { Command } from "commander";
import { isStack, readOutputs, type StackChoice } from "../platform/outputs.ts";
import { command, withStack } from "./command.ts";

/** `trizone diagnose`: one verdict on the platform, with its evidence and what to do next. */
export function diagnoseCommand(): Command {
  return withStack(
    command(
      "diagnose",
      "Say what is the matter with the platform: a zone, a release, load, or what it depends on",
      [
        "diagnose",
        "diagnose --json",
        "diagnose --outputs outputs.json --user olivia   # the password is in TRIZONE_PASSWORD",
      ],
    ),
  )
    .option("--user <name>", "an operator", "olivia")
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExits with 0 where all is healthy, with 3 where something is the matter.")
    .action(async ({ user, json, ...choice }: { user: string; json?: boolean } & StackChoice) => {
      const [{ diagnose, readFacts }, { Operations }, { tokenOf }] = await Promise.all([
        import("../diagnose/index.ts"),
        import("../platform/operations.ts"),
        import("../platform/stack-token.ts"),
      ]);
      const outputs = await readOutputs(choice);
      const operations = new Operations(outputs, await tokenOf(outputs, user, isStack(choice)));
      const verdict = diagnose(await readFacts(operations));
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
