import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InstanceOptions } from "../../../local/postgres/index.ts";
import { serverProcesses } from "../../../local/postgres/processes.ts";

export const ZONES = ["zone-a", "zone-b", "zone-c"];

/** A Multi-AZ database in a fresh temporary folder; `remove` deletes that. */
export async function temporaryOptions(): Promise<
  InstanceOptions & { data: string; remove(): Promise<void> }
> {
  const home = await mkdtemp(join(tmpdir(), "trizone-postgres-"));
  return {
    directory: join(home, "shop-db"),
    data: join(home, "shop-db", "data"),
    logDirectory: join(home, "logs"),
    version: "16",
    zones: ZONES,
    multiAz: true,
    database: "shop",
    master: { username: "owner", password: "it's a \\secret" },
    remove: () => rm(home, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Polls a condition that no event announces; fails with what was last seen. */
export async function until(
  what: string,
  ms: number,
  ready: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await ready())) {
    if (performance.now() > deadline) throw new Error(`not in ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The postmasters of a data folder: those of its processes that no other one of them started. */
export function postmasters(folder: string): number[] {
  const pids = serverProcesses(folder);
  if (pids.length === 0) return [];
  const ps = execFileSync("ps", ["-eo", "pid=,ppid=,stat=,args=", "ww"], { encoding: "utf8" });
  return ps.split("\n").flatMap((line) => {
    const [, pid, parent, state, args] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    const own = pids.includes(Number(pid)) && !pids.includes(Number(parent)) && !state?.startsWith("Z");
    return own && args?.includes(` -D ${folder}`) ? [Number(pid)] : [];
  });
}

/** Looks again and again, until `stop`, how many postmasters run on a folder at once. */
export class PostmasterWatch {
  most = 0;
  looks = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(folder: string) {
    this.#timer = setInterval(() => {
      this.looks += 1;
      this.most = Math.max(this.most, postmasters(folder).length);
    }, 100);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
