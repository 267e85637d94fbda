import { resolve } from "node:path";
import { type Child, startNode } from "./child.ts";
import { type Entry, resolveSdk, typeScriptImports } from "./entry.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";
import type { Log } from "./log.ts";
import { PARALLEL } from "./monitor.ts";

/** Starts the program as the CLI's Node language host does, against the engine at `address`. */
export function startProgram(address: string, entry: Entry, options: EvaluateOptions, log: Log): Child {
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
    nodeArgs: options.nodeArgs ?? [],
    imports: options.nodeArgs ? [] : typeScriptImports(),
    script: runner,
    args: [...settings, entry.program],
    cwd: entry.pwd,
    env: programEnvironment(options),
    quiet: !options.onLog,
    onLine: (_stream, line) => log.add("info", line),
  });
}

/** What a program or a policy pack of the stack finds in its environment. */
export function programEnvironment(options: {
  config?: Record<string, string>;
  secretConfigKeys?: string[];
  env?: Record<string, string>;
}): NodeJS.ProcessEnv {
  // What an outer Pulumi run set for its own program would pass for settings of this one.
  const own = Object.entries(process.env).filter(([key]) => !key.startsWith("PULUMI_NODEJS_"));
  return {
    ...Object.fromEntries(own),
    PULUMI_CONFIG: JSON.stringify(options.config ?? {}),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(options.secretConfigKeys ?? []),
    ...options.env,
  };
}
