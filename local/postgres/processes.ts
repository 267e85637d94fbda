import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { isAlive, type ProcessIdentity, processFile } from "../processes.ts";
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
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), args: processFile(name, "cmdline")?.split("\0") ?? [] }));
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
 * Ends every process of a data folder for certain, stopped ones too, and waits until none is left and the shared memory
 * of the server is free. The postmaster goes first: the dead fork nothing. It is looked for in three ways, so that none
 * is missed: in the process table, in the folder's lock file, and as `recorded`, which a supervisor wrote down.
 * Throws a DatabaseError when something is still there after 5 s; then nobody may take its place.
 */
export async function fenceServer(dataFolder: string, recorded?: ProcessIdentity): Promise<void> {
  const living = () => {
    const postmasters = recorded && isAlive(recorded) ? [recorded.pid] : [];
    const locked = readLock(dataFolder)?.pid;
    if (locked !== undefined && worksIn(locked, dataFolder)) postmasters.push(locked);
    return [...new Set([...postmasters, ...serverProcesses(dataFolder)])];
  };
  const gone = await eventually(5000, 20, async () => {
    const pids = living();
    for (const pid of pids) signal(pid, "SIGKILL");
    return pids.length === 0 && !sharedMemoryInUse(dataFolder);
  });
  if (gone) return;
  throw new DatabaseError(
    `PostgreSQL of ${dataFolder} does not end (processes ${living().join(", ") || "unknown"}). ` +
      "End them by hand, then start again.",
  );
}

/** What PostgreSQL's lock file `postmaster.pid` says: the postmaster and its System V shared memory segment. */
function readLock(dataFolder: string): { pid: number; segment: string | undefined } | undefined {
  const lines = readIfThere(join(dataFolder, "postmaster.pid")).split("\n");
  const pid = Number(lines[0]);
  return pid > 0 ? { pid, segment: lines[6]?.trim().split(/ +/)[1] } : undefined;
}

/** PostgreSQL's processes have the data folder as their working folder. Always false where there is no /proc. */
function worksIn(pid: number, dataFolder: string): boolean {
  if (process.platform !== "linux") return false;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === dataFolder;
  } catch (error) {
    // It has ended, or it is another user's and so not our server.
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(codeOf(error) ?? "")) return false;
    throw error;
  }
}

/** Whether a process is attached to the server's segment. Where there is no /proc only PostgreSQL checks it, at its start. */
function sharedMemoryInUse(dataFolder: string): boolean {
  const segment = readLock(dataFolder)?.segment;
  if (segment === undefined || process.platform !== "linux") return false;
  const rows = readIfThere("/proc/sysvipc/shm").split("\n");
  // Columns: key, shmid, perms, size, cpid, lpid, nattch, …
  return rows.some((row) => {
    const columns = row.trim().split(/ +/);
    return columns[1] === segment && Number(columns[6]) > 0;
  });
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return "";
    throw error;
  }
}

/** Sends a signal to every process of a data folder. */
export function signalServer(dataFolder: string, name: NodeJS.Signals): void {
  for (const pid of serverProcesses(dataFolder)) signal(pid, name);
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw error;
  }
}
