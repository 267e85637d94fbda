import { spawn } from "node:child_process";
import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** How a command ended and what it printed. */
export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Milliseconds; a command takes a few seconds, and many times that on a machine that does other things. */
const LIMIT = 240_000;
/** Milliseconds that the CLI has to close its plugins after it was asked to stop, and after it ended. */
const GRACE = 10_000;

/** Why the real engine can't be run here; undefined when it can. */
export function missingCli(): string | undefined {
  const missing = ["pulumi", "pulumi-language-nodejs"].filter((name) => !onPath(name));
  return missing.length > 0 ? `${missing.join(" and ")} not on the PATH` : undefined;
}

export function onPath(name: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => isExecutable(join(folder, name)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us: for a search both mean to look on.
    return false;
  }
}

/**
 * Runs the Pulumi CLI to its end.
 * @throws Error when it takes too long, or leaves processes behind; they are ended first
 */
export async function runCli(args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
    ...{ cwd, env, stdio: ["ignore", "pipe", "pipe"] },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const timers = [
    setTimeout(() => child.kill("SIGINT"), LIMIT),
    setTimeout(() => child.kill("SIGKILL"), LIMIT + GRACE),
  ];
  const started = Date.now();
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    });
    if (Date.now() - started >= LIMIT) {
      throw new Error(`pulumi ${args.join(" ")} took more than ${LIMIT / 1000} s:\n${stdout}\n${stderr}`);
    }
    return { status, stdout, stderr };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    await nothingLeft(env.PULUMI_HOME ?? "", args);
  }
}

/** The engine starts its plugins in process groups of their own, so they are known by the folder in their environment. */
async function nothingLeft(home: string, args: string[]): Promise<void> {
  const deadline = Date.now() + GRACE;
  while (processesOf(home).length > 0 && Date.now() < deadline) await wait(50);
  const left = processesOf(home);
  for (const { pid } of left) process.kill(pid, "SIGKILL");
  if (left.length === 0) return;
  throw new Error(`pulumi ${args.join(" ")} left behind ${left.map(({ command }) => command).join(", ")}`);
}

/** Sees processes where there is a /proc only. */
function processesOf(home: string): { pid: number; command: string }[] {
  const pids = readdirSync("/").includes("proc")
    ? readdirSync("/proc").filter((name) => /^\d+$/.test(name))
    : [];
  return pids
    .filter((pid) => read(pid, "environ").split("\0").includes(`PULUMI_HOME=${home}`))
    .map((pid) => ({ pid: Number(pid), command: read(pid, "cmdline").replaceAll("\0", " ") }));
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // It ended meanwhile, or is somebody else's.
    return "";
  }
}
