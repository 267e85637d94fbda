import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { startPod } from "../../../support/pod.ts";
import { startPostgres, type TestPostgres } from "../../../support/postgres.ts";
import { databaseEnv, migrate } from "../../../support/stack.ts";
import { startPeer } from "../peers.ts";
import { BUY } from "../support.ts";

const INSTALLED = "/usr/lib/postgresql";

/** The programs of an installed PostgreSQL, as the package of the tests' own has no pg_dump. */
async function installed(): Promise<string | undefined> {
  for (const version of await readdir(INSTALLED).catch((): string[] => [])) {
    const folder = join(INSTALLED, version, "bin");
    const there = await readdir(folder).catch((): string[] => []);
    if (
      Number(version) >= 14 &&
      ["postgres", "initdb", "pg_dump", "pg_dumpall", "psql"].every((one) => there.includes(one))
    )
      return folder;
  }
  return undefined;
}

/** Dumps a cluster's roles and its database, and restores them into another. */
async function restore(bin: string, from: TestPostgres, into: TestPostgres): Promise<void> {
  const at = ({ port }: TestPostgres) => `-h 127.0.0.1 -U super -p ${port}`;
  const dump = `(${bin}/pg_dumpall -g ${at(from)} | grep -v 'ROLE super'; ${bin}/pg_dump --no-password ${at(from)} postgres)`;
  const load = `${bin}/psql -q ${at(into)} -d postgres`;
  const env = { PATH: process.env.PATH, PGPASSWORD: "only-for-tests" };
  await promisify(execFile)("bash", ["-c", `set -o pipefail; ${dump} | ${load}`], {
    env,
    maxBuffer: 2 ** 26,
  });
}

describe("a database that was restored from a logical dump", () => {
  it("is refused with the command that has the feed go on, and goes on after it", async function () {
    const bin = await installed();
    if (!bin) {
      console.log(`      skipped: no PostgreSQL with pg_dump below ${INSTALLED}`);
      this.skip();
    }
    const parameters = { fsync: "off", shared_buffers: "16MB", max_connections: "50" };
    const [old, fresh] = [await startPostgres(parameters, bin), await startPostgres(parameters, bin)];
    const [cash, holdings] = [await startPeer(), await startPeer()];
    try {
      await migrate(old);
      // The old cluster has seen more transactions than the new one will for a while.
      const client = await old.connect();
      for (let n = 0; n < 3000; n += 1) await client.query("SELECT pg_current_xact_id()");
      await client.end();
      const env = { TRANSACTIONS_URL: cash.url, PORTFOLIO_URL: holdings.url };
      const start = (postgres: TestPostgres) =>
        startPod("trading", { ...databaseEnv(postgres, "trading"), ...env });
      const deliver = async (url: string) => {
        const before = cash.received.length;
        const delivered = new Promise<void>((resolve) => {
          cash.onBatch = () => resolve();
        });
        const headers = {
          "x-user-id": "ana",
          "content-type": "application/json",
          "idempotency-key": randomUUID(),
        };
        const placed = await fetch(`${url}/api/orders`, {
          method: "POST",
          headers,
          body: JSON.stringify(BUY),
        });
        assert.equal(placed.status, 201);
        await delivered;
        const { id } = (await placed.json()) as { id: string };
        while (!cash.received.slice(before).some(({ orderId }) => orderId === id))
          await new Promise(setImmediate);
      };
      const first = await start(old);
      await deliver(first.url);
      await first.stop();
      await restore(bin, old, fresh);

      const refused = await start(fresh).then(
        (pod) => pod.output(),
        (error: Error) => error.message,
      );
      assert.match(refused, /restored from a dump of another cluster/);
      assert.match(refused, /rebase-feed/);

      assert.match(await migrate(fresh, {}, ["rebase-feed"]), /goes on above \d+/);
      assert.match(await migrate(fresh, {}, ["rebase-feed"]), /needs no other base/);
      assert.match(await migrate(fresh), /Roles that may log in now|No migrations/);
      const second = await start(fresh);
      const seen = new Set(cash.received.map(({ position }) => position));
      await deliver(second.url);
      assert.equal(cash.received.length, seen.size + 1, "what was delivered before is not delivered again");
      await second.stop();
    } finally {
      await Promise.all([cash.close(), holdings.close(), old.stop(), fresh.stop()]);
    }
  }).timeout(120_000);
});
