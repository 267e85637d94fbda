import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { PostgresCluster, type PostgresOptions } from "../../../local/postgres/index.ts";
import { serverProcesses } from "../../../local/postgres/processes.ts";
import { temporaryOptions, until, untilSync, ZONES } from "./fixture.ts";

async function scalar(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query({ text: sql, rowMode: "array" });
  await client.end();
  return rows[0]?.[0];
}

const ODD = '"it\'s \\ odd", public';

describe("PostgresCluster", () => {
  let options: Awaited<ReturnType<typeof temporaryOptions>>;
  let cluster: PostgresCluster | undefined;
  const running = () => ZONES.flatMap((zone) => serverProcesses(join(options.directory, zone))).length;

  beforeEach(async () => {
    options = await temporaryOptions();
  });
  afterEach(async () => {
    await cluster?.stop();
    cluster = undefined;
    assert.equal(running(), 0, "no process is left");
    await options.remove();
  });
  const start = async (change: Partial<PostgresOptions> = {}) => {
    cluster = await PostgresCluster.start({ ...options, ...change });
    return cluster;
  };

  it("starts with a standby in sync, and again with the same data", async () => {
    const first = await start({
      preferredZone: "zone-b",
      parameters: { "rds.force_ssl": "1", search_path: ODD },
    });
    assert.equal(first.status().primaryZone, "zone-b");
    assert.equal(first.status().replication, "sync");
    assert.equal(await scalar(first.connectionString(), "SHOW search_path"), ODD);
    await scalar(first.connectionString(), "CREATE TABLE kept AS SELECT 7 AS n");
    await until("the standby has it", 5000, async () => {
      const sql = "SELECT count(*)::int FROM pg_class WHERE relname = 'kept'";
      return (await scalar(first.connectionString("standby"), sql)) === 1;
    });
    await first.stop();
    assert.equal(first.primary(), undefined);
    const again = await start({ master: { username: "owner", password: "another" } });
    assert.equal(again.status().primaryZone, "zone-b");
    assert.equal(await scalar(again.connectionString(), "SELECT n FROM kept"), 7);
  });

  it("runs one instance without Multi-AZ, and gets a standby when it is declared later", async () => {
    const single = await start({ multiAz: false, zones: ["zone-a"] });
    assert.equal(single.status().replication, "none");
    assert.equal(await scalar(single.connectionString(), "SHOW synchronous_standby_names"), "");
    await single.stop();
    const multi = await start();
    assert.equal(multi.status().standbyZone, "zone-b");
    await multi.stop();
    const back = await start({ multiAz: false });
    assert.equal(await scalar(back.connectionString(), "SHOW synchronous_standby_names"), "");
  });

  it("brings a single instance back in place when its process dies", async () => {
    const single = await start({ multiAz: false });
    const [postmaster] = serverProcesses(join(options.directory, "zone-a"));
    process.kill(postmaster as number, "SIGKILL");
    await until("the loss is seen", 5000, () => single.primary() === undefined);
    await until("it is back", 10_000, () => single.primary()?.zone === "zone-a");
    assert.equal(single.status().epoch, 1);
  });

  it("fails over when it is asked to, and only to a standby in sync", async () => {
    const multi = await start();
    await multi.failover();
    assert.equal(multi.primary()?.zone, "zone-b");
    await untilSync(multi);
    assert.equal(multi.status().standbyZone, "zone-a");
    await multi.kill("zone-a");
    await until("out of sync", 5000, () => multi.status().replication === "none");
    await assert.rejects(multi.failover(), /No failover: .*zone-a.*try again/s);
    assert.equal(multi.primary()?.zone, "zone-b");
  });

  it("keeps secrets out of its logs", async () => {
    const { connectionString } = await start();
    assert.ok(connectionString);
    await cluster?.stop();
    const { adminPassword } = JSON.parse(await readFile(join(options.directory, "cluster.json"), "utf8"));
    for (const zone of ["zone-a", "zone-b"]) {
      const log = await readFile(join(options.logDirectory, `postgres-${zone}.log`), "utf8");
      for (const secret of [adminPassword, "secret"]) assert.ok(!log.includes(secret), `${zone}: ${secret}`);
    }
  });

  it("refuses what can't work in one clear message, and leaves nothing running", async () => {
    const cases: [Partial<PostgresOptions>, RegExp][] = [
      [{ version: "15" }, /declares PostgreSQL 15.* brings 16\.\d+.*Declare "16"/s],
      [{ zones: ["zone-a"] }, /multiAz: needs a second zone/],
      [{ preferredZone: "zone-x", database: "" }, /preferredZone: zone-x.*database:/s],
      [{ parameters: { fsync: "off" } }, /parameter group sets fsync/],
      [
        { parameters: { no_such_thing: "1" } },
        /parameter of the database's parameter group is wrong.*no_such_thing/s,
      ],
      [{ directory: "/dev/null/data" }, /\/dev\/null\/data can't be used/],
    ];
    for (const [change, message] of cases) {
      await assert.rejects(start(change), message);
      assert.equal(running(), 0);
    }
  });

  it("names a port that is in use", async () => {
    const blocker = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => blocker.once("listening", resolve));
    const { port } = blocker.address() as { port: number };
    await assert.rejects(
      start({ ports: { "zone-a": port } }),
      new RegExp(`port ${port} of 127.0.0.1 is in use`),
    );
    await new Promise((resolve) => blocker.close(resolve));
    assert.equal((await start({ ports: { "zone-a": port } })).primary()?.address, `127.0.0.1:${port}`);
  });

  it("refuses a folder that another one runs", async () => {
    await start({ multiAz: false });
    await assert.rejects(PostgresCluster.start(options), /already run by another Trizone/);
    assert.ok(running() > 0);
  });

  it("refuses damaged records and data", async () => {
    await (await start({ multiAz: false })).stop();
    const record = join(options.directory, "cluster.json");
    const good = await readFile(record, "utf8");
    for (const text of ["{", "{}", good.replace('"primary"', '"first"')]) {
      await writeFile(record, text);
      await assert.rejects(start({ multiAz: false }), /cluster\.json is damaged.*--fresh/s);
    }
    await rm(record);
    await assert.rejects(start({ multiAz: false }), /holds data \(zone-a\) but no cluster\.json/);
    await writeFile(record, good.replace('"16"', '"15"'));
    await assert.rejects(start({ multiAz: false }), /is of PostgreSQL 15, but the program declares 16/);
    await writeFile(record, good);
    await assert.rejects(
      start({ multiAz: false, zones: ["zone-b"] }),
      /lives in zone zone-a, which is not among/,
    );
    await writeFile(join(options.directory, "zone-a/global/pg_control"), "x");
    await assert.rejects(start({ multiAz: false }), /zone-a did not start: the data in .* is damaged/);
    await rm(join(options.directory, "zone-a"), { recursive: true });
    await assert.rejects(start({ multiAz: false }), /zone-a is missing or holds no database/);
  });

  it("takes over from the standby when the primary's folder is damaged", async () => {
    await (await start()).stop();
    await writeFile(join(options.directory, "zone-a/global/pg_control"), "x");
    const survivor = await start();
    assert.equal(survivor.primary()?.zone, "zone-b");
    assert.equal(survivor.status().standbyZone, "zone-a");
  });

  it("begins anew after a creation that was interrupted", async () => {
    await mkdir(join(options.directory, "zone-a.new"), { recursive: true });
    const record = { format: 1, major: "16", epoch: 0, primary: "zone-a", standby: null };
    const text = JSON.stringify({ ...record, adminPassword: "0123456789abcdef" });
    await writeFile(join(options.directory, "cluster.json"), text);
    await start({ multiAz: false });
  });

  it("runs as somebody else than root", async () => {
    const { primaryZone } = (await start({ multiAz: false })).status();
    const [postmaster] = serverProcesses(join(options.directory, primaryZone));
    const uid = execFileSync("ps", ["-o", "uid=", "-p", String(postmaster)], { encoding: "utf8" }).trim();
    assert.notEqual(uid, "0");
  });
});
