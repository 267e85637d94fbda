import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestPostgres } from "../test/support/postgres.ts";

/** What one tick of the kernel's process times is: USER_HZ, which Linux fixes at 100 a second. */
const TICK_MS = 10;

/** Reads what a process's CPU time is, in milliseconds. Linux only. */
export type CpuClock = () => Promise<number>;

/** A process's own CPU time. */
export const cpuOfProcess =
  (pid: number): CpuClock =>
  async () =>
    (await times(pid)).own;

/** A PostgreSQL server's: its own, that of the processes under it, and of those that have ended. */
export async function cpuOfPostgres(postgres: TestPostgres): Promise<CpuClock> {
  const server = await serverOf(postgres);
  return async () => {
    const { own, ended } = await times(server);
    const children = await Promise.all((await childrenOf(server)).map((pid) => times(pid)));
    return own + ended + children.reduce((sum, child) => sum + child.own, 0);
  };
}

async function serverOf(postgres: TestPostgres): Promise<number> {
  const { rows } = await postgres.query("SHOW data_directory");
  const file = await readFile(join(rows[0].data_directory, "postmaster.pid"), "utf8");
  return Number(file.split("\n")[0]);
}

async function times(pid: number): Promise<{ own: number; ended: number; parent: number }> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The command's name, in parentheses, may hold spaces.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [1, 11, 12, 13, 14].map((i) =>
    Number(fields[i] ?? 0),
  );
  return { parent, own: (user + system) * TICK_MS, ended: (endedUser + endedSystem) * TICK_MS };
}

async function childrenOf(parent: number): Promise<number[]> {
  const pids = (await readdir("/proc")).map(Number).filter(Number.isInteger);
  const all = await Promise.all(pids.map(async (pid) => ({ pid, ...(await times(pid)) })));
  return all.filter((process) => process.parent === parent).map(({ pid }) => pid);
}
