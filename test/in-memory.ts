import { readFileSync, statfsSync } from "node:fs";

/** Leaves room beside what one run keeps at once: three databases with their logs, images and state. */
const enoughBytes = 4 * 2 ** 30;
const folder = "/dev/shm";

/**
 * The folder that Linux keeps in memory; undefined where it is small, is no such folder, or runs no programs.
 * PostgreSQL waits for the disk at every commit, of which tests see nothing: they end processes, not the machine.
 * On a busy disk this is most of what a run takes.
 */
function inMemory(): string | undefined {
  if (process.platform !== "linux") return undefined;
  const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
  const [, , type, options = ""] =
    mounts.map((line) => line.split(" ")).find(([, point]) => point === folder) ?? [];
  if (type !== "tmpfs" || /\b(noexec|ro)\b/.test(options)) return undefined;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= enoughBytes ? folder : undefined;
}

// Whoever names a folder for temporary files gets that one.
const memory = inMemory();
if (memory !== undefined) process.env.TMPDIR ??= memory;
