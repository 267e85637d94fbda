import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { basename, join } from "node:path";

const PREFIX = "trizone-run-";
/** Leaves room beside what one run keeps at once: some databases with their logs, images and state. */
const ENOUGH_BYTES = 4 * 2 ** 30;
const MEMORY = "/dev/shm";

/**
 * The folder of this run for temporary files: whoever makes some gets them there. With the last process that tests
 * started, it is gone when the run ends. Undefined where no run of tests is (a benchmark starts pods, too).
 */
export function runFolder(): string | undefined {
  return basename(tmpdir()).startsWith(PREFIX) ? tmpdir() : undefined;
}

/** Makes the folder, unless this process is a part of a run that has one. */
export function openRunFolder(): void {
  if (runFolder() !== undefined) return;
  const folder = mkdtempSync(join(inMemory() ?? tmpdir(), PREFIX));
  process.env.TMPDIR = folder;
  process.once("exit", () => {
    endProcessesOf(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
}

/**
 * The folder that Linux keeps in memory; undefined where it is small, is no such folder, or runs no programs, and where
 * TMPDIR names another. PostgreSQL waits for the disk at every commit, of which tests see nothing: they end processes,
 * not the machine. On a busy disk this is most of what a run takes.
 */
function inMemory(): string | undefined {
  if (process.platform !== "linux" || process.env.TMPDIR !== undefined) return undefined;
  const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
  const [, , type, options = ""] =
    mounts.map((line) => line.split(" ")).find(([, point]) => point === MEMORY) ?? [];
  if (type !== "tmpfs" || /\b(noexec|ro)\b/.test(options)) return undefined;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= ENOUGH_BYTES ? MEMORY : undefined;
}

/** What a test that failed half-way had started; processes are seen where there is a /proc only. */
function endProcessesOf(folder: string): void {
  if (process.platform !== "linux") return;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const names = (file: string) => read(pid, file).includes(folder);
    if (Number(pid) === process.pid || !(names("cmdline") || names("environ"))) continue;
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // It ended meanwhile, or is somebody else's.
    }
  }
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // It ended meanwhile, or is somebody else's.
    return "";
  }
}
