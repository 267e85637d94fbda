import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MIB = 2 ** 20;

/** A file system of its own, which a test can fill. */
export interface SmallDisk {
  path: string;
  /** Takes all space that is left. */
  fill(): void;
  /** Gives back what `fill` took. */
  free(): void;
  remove(): void;
}

/** Mounts a file system in memory. The reason as a text where that can't be done, as it takes root on Linux. */
export function smallDisk(mebibytes: number): SmallDisk | string {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    return "only root on Linux can mount a small disk";
  const path = mkdtempSync(join(tmpdir(), "trizone-disk-"));
  try {
    const size = `size=${mebibytes}m,mode=755`;
    execFileSync("mount", ["-t", "tmpfs", "-o", size, "trizone-test", path], { stdio: "pipe" });
  } catch (error) {
    rmSync(path, { recursive: true });
    return `a small disk can't be mounted: ${(error as Error).message.trim()}`;
  }
  const ballast = join(path, "ballast");
  return {
    path,
    fill() {
      const file = openSync(ballast, "a");
      try {
        for (const bytes of [MIB, 4096]) writeUntilFull(file, Buffer.alloc(bytes));
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      execFileSync("umount", ["--lazy", path], { stdio: "pipe" });
      rmSync(path, { recursive: true });
    },
  };
}

function writeUntilFull(file: number, chunk: Buffer): void {
  try {
    for (;;) writeSync(file, chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
