import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PostgresCluster, PostgresOptions } from "../../../local/postgres/index.ts";

export const ZONES = ["zone-a", "zone-b", "zone-c"];

/** A Multi-AZ database in a fresh temporary folder; `remove` deletes that. */
export async function temporaryOptions(): Promise<PostgresOptions & { remove(): Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), "trizone-postgres-"));
  return {
    directory: join(home, "data"),
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

export async function untilSync(cluster: PostgresCluster, ms = 20_000): Promise<void> {
  await until(`replication in sync (${JSON.stringify(cluster.status())})`, ms, () => {
    const { replication, state } = cluster.status();
    return replication === "sync" && state === "available";
  });
}
