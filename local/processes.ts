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

/** Field 22 of /proc/PID/stat; the command's name before it may hold spaces and brackets. */
function linuxStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
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
