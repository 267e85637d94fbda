import { resolve } from "node:path";
import { PARALLEL } from "../monitor/index.ts";
import { type Child, type Log, resolveSdk, sdkEnvironment, startNode } from "../process/index.ts";
import type { Entry } from "./entry.ts";
import type { EvaluateOptions } from "./options.ts";

/** Starts the program as the CLI's Node language host does, against the engine at `address`. */
export function startProgram(
  address: string,
  entry: Entry,
  options: EvaluateOptions & { traces: boolean },
  log: Log,
): Child {
  const { project, stack, organization, directory, dryRun } = options;
  const settings = [
    `--monitor=${address}`,
    `--engine=${address}`,
    `--project=${project}`,
    `--stack=${stack}`,
    `--organization=${organization ?? "organization"}`,
    `--root-directory=${resolve(directory)}`,
    `--pwd=${entry.pwd}`,
    `--parallel=${PARALLEL}`,
    ...(dryRun ? ["--dry-run"] : []),
  ];
  const runner = resolveSdk("@pulumi/pulumi/cmd/run", entry.pwd);
  return startNode({
    nodeArgs: nodeArgs(options),
    traces: options.traces,
    script: runner,
    args: [...settings, entry.program],
    cwd: entry.pwd,
    env: sdkEnvironment(options),
    onLine: (_stream, line) => log.add("info", line),
  });
}

/** What Pulumi.yaml says, as long as this Node then loads TypeScript (it does from 22.18 on); else tsx has to. */
function nodeArgs({ nodeArgs }: EvaluateOptions): string[] {
  const loadsTypeScript = Boolean((process.features as { typescript?: unknown }).typescript);
  if (nodeArgs && (nodeArgs.length > 0 || loadsTypeScript)) return nodeArgs;
  return ["--import", import.meta.resolve("tsx")];
}
