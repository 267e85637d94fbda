import type { Command } from "commander";
import { collect, command, projectDirectory, withProgress } from "./command.ts";

/** `trizone compliance`: which resources meet each control of the policy pack. */
export function compliance(): Command {
  return command(
    "compliance",
    "Print each control of the policy pack with the resources that meet it, as Markdown",
    ["compliance --stack prod > compliance.md", "compliance --stack prod --json"],
  )
    .option("--stack <name>", "stack whose config to use; nothing is created", "prod")
    .option("--set <key=value>", "override a config value; repeatable", collect, [])
    .option("--json", "print JSON")
    .addHelpText("after", "\nExits with 0 where every control is met, with 1 where one is not.")
    .action(async ({ stack, set, json }: { stack: string; set: string[]; json?: boolean }) => {
      const { complianceMarkdown, complianceReport, judgeObserved } = await import("../compliance/index.ts");
      const judging = judgeObserved(projectDirectory, stack, set);
      const report = complianceReport(await withProgress(`evaluating and judging stack ${stack}`, judging));
      console.log(json ? JSON.stringify(report, null, 2) : complianceMarkdown(report));
      if (report.controls.some(({ result }) => result === "not met")) process.exitCode = 1;
    });
}
