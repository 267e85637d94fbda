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
