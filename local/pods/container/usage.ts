import { readFile } from "node:fs/promises";

/**
 * Bytes of memory that a process alone holds: what a container's memory limit counts and can't be reclaimed.
 * Undefined where there is no /proc (macOS) or no such process any more.
 */
export async function ownMemory(pid: number): Promise<number | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const kibibytes = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)].map(([, digits]) =>
      Number(digits),
    );
    return kibibytes.length === 0 ? undefined : kibibytes.reduce((sum, one) => sum + one, 0) * 1024;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}

/** What /proc counts in: USER_HZ, 100 on every platform (proc_pid_stat(5)). */
const ticksPerSecond = 100;

/** Seconds of CPU that a process has used so far. Undefined where there is no /proc (macOS) or no such process any more. */
export async function cpuTime(pid: number): Promise<number | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The command's name before it may hold spaces and brackets. Fields 14 and 15: user and system time.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw error;
  }
}
