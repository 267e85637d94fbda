import { execFile } from "node:child_process";
import { cpus } from "node:os";
import { promisify } from "node:util";

/** Has all threads of a process run on one core only. False where that cannot be had (it takes Linux and two cores). */
export async function pin(pid: number, core: number): Promise<boolean> {
  // Not what this process may use: another benchmark may have pinned it already.
  if (process.platform !== "linux" || cpus().length < 2) return false;
  return promisify(execFile)("taskset", ["-acp", String(core), String(pid)]).then(
    () => true,
    () => false,
  );
}
