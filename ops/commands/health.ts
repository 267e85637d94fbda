import type { Command } from "commander";
import type { Check } from "../health/index.ts";
import { control } from "../platform/control.ts";
import { isStack, readOutputs, readSomeOutputs, type StackChoice } from "../platform/outputs.ts";
import { command, table, withProgress, withStack } from "./command.ts";

interface Options extends StackChoice {
  namespace: string;
  context?: string;
  json?: boolean;
}

/** `trizone health`: what each part of the platform says of itself. */
export function healthCommand(): Command {
  return withStack(
    command("health", "Show the health of zones, balancers, targets, rollouts, database and certificates", [
      "health",
      "health --json",
      "health --stack prod   # asks AWS and kubectl with your credentials",
    ]),
  )
    .option("--namespace <name>", "of the services, for kubectl", "trizone")
    .option("--context <name>", "of kubectl (default: its current one)")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExits with 0 where nothing is bad, with 3 where something is.")
    .action(async (options: Options) => {
      const { isHealthy } = await import("../health/index.ts");
      const checks = await withProgress(
        "looking at every part",
        isStack(options) ? ofStack(options) : here(),
      );
      const healthy = isHealthy(checks);
      console.log(options.json ? JSON.stringify({ healthy, checks }, null, 2) : render(checks, healthy));
      if (!healthy) process.exitCode = 3;
    });
}

async function here(): Promise<Check[]> {
  const { addressHealth, laptopHealth } = await import("../health/index.ts");
  const [status, { publicUrl }] = await Promise.all([control.status(), readOutputs()]);
  return [...laptopHealth(status), ...(await addressHealth("public", publicUrl))];
}

async function ofStack({ namespace, context, ...choice }: Options): Promise<Check[]> {
  const { addressHealth, awsHealth, clusterHealth } = await import("../health/index.ts");
  const outputs = await readSomeOutputs(choice);
  const scope = { namespace, ...(context !== undefined && { context }) };
  const parts = await Promise.all([
    clusterHealth(scope),
    "loadBalancers" in outputs ? awsHealth(outputs) : [],
    addressHealth("public", outputs.publicUrl),
  ]);
  return parts.flat();
}

function render(checks: readonly Check[], healthy: boolean): string {
  const rows = checks.map(({ kind, name, zone, state, detail }) => [kind, name, zone ?? "-", state, detail]);
  const bad = checks.filter(({ state }) => state === "bad").length;
  const unseen = checks.filter(({ state }) => state === "unknown").length;
  const verdict = healthy ? "nothing is bad" : `${bad} of ${checks.length} are bad`;
  return [
    table(["WHAT", "NAME", "ZONE", "STATE", "DETAIL"], rows),
    `${verdict}${unseen > 0 ? `; ${unseen} could not be looked at` : ""}`,
  ].join("\n\n");
}
