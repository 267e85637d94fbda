import type { Command } from "commander";
import { collect, command, projectDirectory } from "./command.ts";

/** `trizone plan`: evaluates and judges a stack without an account, the Pulumi CLI or a network. */
export function plan(): Command {
  return command("plan", "Evaluate a stack and judge it by the policies; nothing is created", [
    "plan --stack prod",
    "plan --stack prod --set aws:region=us-east-1",
    "plan --stack dev --json",
  ])
    .option("--stack <name>", "stack whose config to use", "dev")
    .option("--set <key=value>", "override a config value; repeatable", collect, [])
    .option("--json", "print resources, violations and outputs as JSON")
    .action(async (options: { stack: string; set: string[]; json?: boolean }) => {
      const { declare } = await import("../local/declare.ts");
      const { renderPlan, planJson } = await import("./plan-view.ts");
      const result = await declare({
        directory: projectDirectory,
        stack: options.stack,
        overrides: options.set,
      });
      console.log(options.json ? JSON.stringify(planJson(result), null, 2) : renderPlan(result));
      if (result.violations.some(({ level }) => level === "mandatory")) process.exitCode = 1;
    });
}
