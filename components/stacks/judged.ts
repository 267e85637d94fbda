import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** Milliseconds in which `ps` must answer. */
const LIMIT_MS = 2000;

/**
 * Warns where the Pulumi CLI runs this program without the policy pack: nothing is enforced then. What Pulumi Cloud
 * enforces by a policy group can't be seen from here, so that this is a warning and not an error.
 */
export function warnUnjudged(): void {
  if (!runsUnjudged(ancestors(process.ppid))) return;
  const dry = pulumi.runtime.isDryRun() ? "preview" : "up";
  // Pulumi itself waits for what it logs.
  void pulumi.log.warn(
    `no policy pack judges this run, so that no rule is enforced: use pulumi ${dry} --policy-pack policies, ` +
      "unless your organisation's policy groups have the pack",
  );
}

/**
 * Whether the nearest `pulumi` among the command lines was given no policy pack; false where there is none of it.
 * @param commands command lines with their arguments, the nearest first
 */
export function runsUnjudged(commands: string[][]): boolean {
  const cli = commands.find(([program = ""]) => /^pulumi(\.exe)?$/.test(basename(program)));
  return cli !== undefined && !cli.some((argument) => /^--policy-pack(=|$)/.test(argument));
}

/** The command lines of a process and those that started it, the nearest first; none where the system shows none. */
function ancestors(pid: number): string[][] {
  const found: string[][] = [];
  for (let next = pid; next > 1; ) {
    const shown = existsSync("/proc/self/stat") ? fromProc(next) : fromPs(next);
    if (!shown) break;
    found.push(shown.command);
    next = shown.parent;
  }
  return found;
}

interface Shown {
  parent: number;
  command: string[];
}

/** Linux: undefined where the process is gone. */
function fromProc(pid: number): Shown | undefined {
  try {
    const [, parent = "0"] = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return { parent: Number(parent), command: readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0") };
  } catch {
    return undefined;
  }
}

/** Elsewhere: undefined where there is no `ps` either, as on Windows. */
function fromPs(pid: number): Shown | undefined {
  try {
    const line = execFileSync("ps", ["-o", "ppid=,args=", "-p", String(pid)], {
      encoding: "utf8",
      timeout: LIMIT_MS,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [parent = "0", ...command] = line.trim().split(/\s+/);
    return { parent: Number(parent), command };
  } catch {
    return undefined;
  }
}
