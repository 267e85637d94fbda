import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { runningNow, State } from "../../local/state.ts";
import type { DrillReport, Scenario } from "../drill/index.ts";
import { findZone, readOutputs } from "../platform/outputs.ts";
import { type OwnPlatform, startOwnPlatform } from "../platform/own-platform.ts";
import { command, numberFrom } from "./command.ts";

interface Options {
  zone?: string;
  rate: number;
  seed: number;
  json?: boolean;
  out: string;
}

const START_TIMEOUT_MS = 180_000;

/** Requests a second: what a platform on this machine's own cores bears beside a drill, whose pods are new. */
const USUAL_RATE = Math.min(300, 60 * availableParallelism());

/** `trizone drill`: makes a zone of this machine's platform sick under load, and scores what became of it. */
export function drill(): Command {
  return command("drill", "Make a zone sick under load, and score what the platform does about it", [
    "drill gray-errors",
    "drill zone-kill --zone b --rate 100 --out reports",
    "drill all --json",
    "drill list",
  ])
    .argument("<scenario>", "a scenario, all, or list")
    .option("--zone <zone>", "zone to make sick, such as b (default: one that fits the scenario)")
    .option("--rate <requests>", "requests a second, a fifth of them orders", numberFrom(1, 5000), USUAL_RATE)
    .option(
      "--seed <number>",
      "decides what is asked when",
      numberFrom(0, 2 ** 31 - 1, "whole"),
      Math.floor(Math.random() * 2 ** 31),
    )
    .option("--json", "print the reports as JSON")
    .option("--out <folder>", "where the reports are written", "drills")
    .addHelpText(
      "after",
      "\nStarts the platform where none runs, and ends it then. Exits with 1 when a bar was missed, or a drill could not be run.",
    )
    .action(run);
}

async function run(name: string, options: Options): Promise<void> {
  const { SCENARIOS, findScenario } = await import("../drill/index.ts");
  if (name === "list") {
    const list = SCENARIOS.map(({ name, description }) => ({ name, description }));
    if (options.json) console.log(JSON.stringify(list));
    else for (const one of list) console.log(`${one.name.padEnd(16)} ${one.description}`);
    return;
  }
  const scenarios = name === "all" ? SCENARIOS : [findScenario(name)];
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      console.error("trizone: heals and ends; once more to end at once");
      stop.abort();
    });
  await using _own = isRunning() ? undefined : await start();
  const reports: DrillReport[] = [];
  for (const scenario of scenarios) {
    if (stop.signal.aborted) break;
    reports.push(await one(scenario, options, stop.signal));
  }
  if (options.json) console.log(JSON.stringify(name === "all" ? reports : reports[0], undefined, 2));
  if (reports.some(({ passed }) => !passed) || reports.length < scenarios.length) process.exitCode = 1;
}

async function one(scenario: Scenario, options: Options, signal: AbortSignal): Promise<DrillReport> {
  const { runDrill, htmlReport, terminalReport } = await import("../drill/index.ts");
  const outputs = await readOutputs();
  const zone = options.zone === undefined ? undefined : findZone(outputs, options.zone).name;
  const report = await runDrill({
    ...{ scenario, outputs, zone, rate: options.rate, seed: options.seed, signal },
    onProgress: ({ seconds, text }) => console.error(`${seconds.toFixed(0).padStart(4)} s  ${text}`),
  });
  mkdirSync(options.out, { recursive: true });
  const base = join(options.out, `${report.startedAt.replace(/[:.]/g, "-")}-${scenario.name}`);
  writeFileSync(`${base}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(`${base}.html`, htmlReport(report));
  if (!options.json) console.log(`${terminalReport(report)}\n\n  ${base}.html\n`);
  return report;
}

/** Whether a platform is ready on this machine. @throws Error where one starts or ends just now */
function isRunning(): boolean {
  const directory = State.directory();
  const run = runningNow(directory);
  if (run && !existsSync(join(directory, "outputs.json")))
    throw new Error(
      "the platform starts or ends just now; drill when npx trizone status says that it is ready",
    );
  return run !== undefined;
}

/** A platform for the drill alone. */
function start(): Promise<OwnPlatform> {
  console.error("trizone: starts the platform");
  return startOwnPlatform({
    ...{ directory: State.directory(), timeoutMs: START_TIMEOUT_MS },
    onSaid: (text) => process.stderr.write(text),
  });
}
