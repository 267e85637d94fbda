import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { TestPostgres } from "../../support/postgres.ts";

/** PostgreSQL as processes: the one that was started, and those that it started. */
export class DatabaseServer {
  readonly postgres: TestPostgres;

  constructor(postgres: TestPostgres) {
    this.postgres = postgres;
  }

  /** SIGKILL of all its processes at once. Resolves when none is left. */
  async kill(): Promise<void> {
    const { rows } = await this.postgres.query("SHOW data_directory");
    const postmaster = Number.parseInt(
      await readFile(`${rows[0].data_directory}/postmaster.pid`, "utf8"),
      10,
    );
    const family = await familyOf(postmaster);
    for (const pid of family) signal(pid, "SIGKILL");
    const deadline = performance.now() + 10_000;
    while ((await livingOf(family)).length > 0) {
      if (performance.now() > deadline) throw new Error("processes of PostgreSQL don't end");
      await sleep(10);
    }
  }

  /**
   * SIGKILL of one process that serves a connection: the server then ends all others and recovers by itself. Resolves
   * when it has begun to.
   */
  async killBackend(): Promise<void> {
    const own = await this.postgres.connect();
    try {
      const { rows } = await own.query(
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY pid",
      );
      const ended = new Promise<boolean>((resolve) => own.once("end", () => resolve(true)));
      if (!rows[0] || !signal(rows[0].pid, "SIGKILL")) return;
      const isEnded = await Promise.race([ended, sleep(10_000, false, { ref: false })]);
      if (!isEnded) throw new Error("PostgreSQL goes on without the process that was killed");
    } finally {
      await own.end();
    }
  }

  /** Starts it after `kill`, and resolves when it takes statements. */
  start(): Promise<void> {
    return this.postgres.start();
  }

  /** Resolves when it takes statements. @throws Error after 20 s */
  async ready(): Promise<void> {
    const deadline = performance.now() + 20_000;
    for (;;) {
      const failure = await this.postgres.query("SELECT 1").then(
        () => undefined,
        (error: unknown) => error,
      );
      if (!failure) return;
      if (performance.now() > deadline) throw failure;
      await sleep(20);
    }
  }
}

/** Whether there was such a process: it may have ended by itself a moment ago. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    return false;
  }
}

interface Process {
  pid: number;
  parent: number;
  state: string;
}

async function processes(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "pid=,ppid=,stat="]);
  return stdout.split("\n").flatMap((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/);
    return state === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), state }];
  });
}

/** A process and its children. */
async function familyOf(pid: number): Promise<number[]> {
  return (await processes()).filter((one) => one.pid === pid || one.parent === pid).map((one) => one.pid);
}

async function livingOf(pids: number[]): Promise<number[]> {
  const all = await processes();
  return all.filter(({ pid, state }) => pids.includes(pid) && !state.startsWith("Z")).map(({ pid }) => pid);
}
