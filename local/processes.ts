import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process that this machine can tell apart from a later one with the same pid. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, as the system writes it. */
  started: string;
}

/** When the process with this pid started, or undefined if there is none. */
export function startTime(pid: number): string | undefined {
  if (process.platform === "linux") return linuxStartTime(pid);
  try {
    return (
      execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8", timeout: 5000 }).trim() ||
      undefined
    );
  } catch (error) {
    // ps exits 1 for a pid that isn't there.
    if ((error as { status?: number }).status === 1) return undefined;
    throw error;
  }
}

/** Field 22 of /proc/PID/stat, unless it only waits to be reaped. */
function linuxStartTime(pid: number): string | undefined {
  const fields = processStat(pid);
  return fields?.[0] === "Z" ? undefined : fields?.[19];
}

/** A file of a process below /proc; undefined where there is no such process any more, or no /proc (macOS). */
export function processFile(pid: number | string, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}

/** The fields of /proc/PID/stat from the third on; the command's name before may hold spaces and brackets. */
export function processStat(pid: number): string[] | undefined {
  const stat = processFile(pid, "stat");
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
}

export function identify(pid: number): ProcessIdentity | undefined {
  const started = startTime(pid);
  return started === undefined ? undefined : { pid, started };
}

export function isAlive(one: ProcessIdentity): boolean {
  return startTime(one.pid) === one.started;
}

/** Ends a process that a dead supervisor left behind; a stopped one too. Never one that only inherited the pid. */
export function endLeftover(one: ProcessIdentity): boolean {
  if (!isAlive(one)) return false;
  process.kill(one.pid, "SIGKILL");
  return true;
}
