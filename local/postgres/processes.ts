import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { codeOf, DatabaseError } from "./errors.ts";
import { eventually } from "./within.ts";

/** Name under which the processes of one data folder are known: it is in the title of each of them. */
export function serverName(dataFolder: string): string {
  return `trizone-${createHash("sha256").update(dataFolder).digest("hex").slice(0, 12)}`;
}

/** The processes of one data folder: the postmaster (if it lives) first, then its children. */
export function serverProcesses(dataFolder: string): number[] {
  const title = `postgres: ${serverName(dataFolder)}: `;
  const postmasters: number[] = [];
  const children: number[] = [];
  for (const { pid, args } of commandLines()) {
    if (args[0]?.startsWith(title)) children.push(pid);
    else if (isPostmaster(args, dataFolder)) postmasters.push(pid);
  }
  return [...postmasters.sort((a, b) => a - b), ...children];
}

/** Also true of `setpriv … postgres -D folder` just before it becomes the postmaster, and of an initdb at work. */
function isPostmaster(args: string[], dataFolder: string): boolean {
  const at = args.indexOf("-D");
  const program = basename(args[at - 1] ?? "");
  const first = at === 1 || basename(args[0] ?? "") === "setpriv";
  return first && ["postgres", "initdb"].includes(program) && args[at + 1] === dataFolder;
}

function commandLines(): { pid: number; args: string[] }[] {
  return process.platform === "linux" ? fromProc() : fromPs();
}

function fromProc(): { pid: number; args: string[] }[] {
  const found: { pid: number; args: string[] }[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      found.push({ pid: Number(name), args: readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0") });
    } catch (error) {
      // It ended between the listing and the reading.
      if (!["ENOENT", "ESRCH"].includes(codeOf(error) ?? "")) throw error;
    }
  }
  return found;
}

/** `ps` joins the arguments by blanks, so the postmaster's line is cut where its folder must be. */
function fromPs(): { pid: number; args: string[] }[] {
  const text = execFileSync("ps", ["-axww", "-o", "pid=,command="], { encoding: "utf8", timeout: 10_000 });
  return text.split("\n").flatMap((line) => {
    const [, pid, command] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    if (!pid || !command) return [];
    const [, program, folder] = /^(.*\/(?:postgres|initdb)) -D (\S+|.*)$/.exec(command) ?? [];
    return [{ pid: Number(pid), args: program && folder ? [program, "-D", folder] : [command] }];
  });
}

/**
 * Ends every process of a data folder for certain, stopped ones too. The postmaster goes first: the dead fork nothing.
 * Throws a DatabaseError when one is still there after 5 s; then nobody may take its place.
 */
export async function killServer(dataFolder: string): Promise<void> {
  const gone = await eventually(5000, 20, async () => {
    const pids = serverProcesses(dataFolder);
    for (const pid of pids) signal(pid, "SIGKILL");
    return pids.length === 0;
  });
  if (gone) return;
  throw new DatabaseError(
    `PostgreSQL of ${dataFolder} does not end (processes ${serverProcesses(dataFolder).join(", ")}). ` +
      "End them by hand, then start again.",
  );
}

/** Stops every process of a data folder where it stands (SIGSTOP). */
export function freezeServer(dataFolder: string): void {
  // Once more after the postmaster stands still: it may have forked between the listing and its signal.
  for (let round = 0; round < 2; round += 1) {
    for (const pid of serverProcesses(dataFolder)) signal(pid, "SIGSTOP");
  }
}

/** Lets the processes of a data folder go on (SIGCONT). */
export function thawServer(dataFolder: string): void {
  for (const pid of serverProcesses(dataFolder)) signal(pid, "SIGCONT");
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw error;
  }
}
