import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseInstance, InstanceOptions } from "../../../local/postgres/index.ts";
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

/** The master user's URL of an instance that takes connections. */
export function urlOf(instance: DatabaseInstance, { master, database }: InstanceOptions): string {
  const user = `${encodeURIComponent(master.username)}:${encodeURIComponent(master.password)}`;
  return `postgresql://${user}@${instance.primary()?.address}/${encodeURIComponent(database)}?sslmode=disable`;
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

/** The postmasters of a data folder: those of its processes that name it and that no other one of them started. */
export function postmasters(folder: string): number[] {
  const pids = serverProcesses(folder);
  if (process.platform !== "linux") return pids.slice(0, 1);
  return pids.filter((pid) => {
    try {
      // A child that was just forked still has the postmaster's command line.
      const named = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`-D\0${folder}`);
      const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      return named && !pids.includes(Number(parent));
    } catch {
      // It ended meanwhile.
      return false;
    }
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
    }, 200);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
