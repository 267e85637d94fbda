import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { findBinaries } from "../../../local/postgres/binaries.ts";
import { databaseAccount } from "../../../local/postgres/folders.ts";
import { DatabaseInstance, type InstanceOptions } from "../../../local/postgres/index.ts";
import { serverProcesses, signal } from "../../../local/postgres/processes.ts";
import { postmasters, temporaryOptions, until, urlOf } from "./fixture.ts";

async function scalar(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query({ text: sql, rowMode: "array" });
  await client.end();
  return rows[0]?.[0];
}

describe("DatabaseInstance", () => {
  let options: Awaited<ReturnType<typeof temporaryOptions>>;
  let instance: DatabaseInstance | undefined;
  const running = () => serverProcesses(options.data).length;

  beforeEach(async () => {
    options = await temporaryOptions();
  });
  afterEach(async () => {
    await instance?.stop();
    instance = undefined;
    assert.equal(running(), 0, "no process is left");
    await options.remove();
  });
  const start = async (change: Partial<InstanceOptions> = {}) => {
    instance = await DatabaseInstance.start({ ...options, ...change });
    return instance;
  };

  it("starts, and again with the same data", async () => {
    const first = await start({ preferredZone: "zone-b" });
    const { primaryZone, standbyZone, state } = first.status();
    assert.deepEqual(
      { primaryZone, standbyZone, state },
      { primaryZone: "zone-b", standbyZone: "zone-a", state: "available" },
    );
    assert.equal(await scalar(urlOf(first, options), "SHOW fsync"), "on");
    await scalar(urlOf(first, options), "CREATE TABLE kept AS SELECT 7 AS n");
    await first.stop();
    assert.equal(first.primary(), undefined);
    const again = await start({ master: { username: "owner", password: "another" } });
    assert.equal(again.status().primaryZone, "zone-b");
    assert.equal(
      await scalar(
        urlOf(again, { ...options, master: { username: "owner", password: "another" } }),
        "SELECT n FROM kept",
      ),
      7,
    );
  });

  it("fails over only with Multi-AZ, which may be declared later", async () => {
    const single = await start({ multiAz: false, zones: ["zone-a"] });
    assert.equal(single.status().standbyZone, undefined);
    await single.stop();
    const multi = await start({ failoverDelayMs: 100 });
    multi.kill("zone-a");
    await until("the first failover", 20_000, () => multi.primary()?.zone === "zone-b");
    assert.equal(multi.status().standbyZone, "zone-c");
    multi.kill("zone-b");
    await until("the second failover", 20_000, () => multi.primary()?.zone === "zone-c");
    assert.deepEqual([multi.status().standbyZone, multi.status().failovers], [undefined, 2]);
  });

  it("brings an instance in one zone back there when its process dies", async () => {
    const single = await start({ multiAz: false });
    for (const pid of postmasters(options.data)) signal(pid, "SIGKILL");
    await until("the loss is seen", 5000, () => single.primary() === undefined);
    await until("it is back", 10_000, () => single.primary()?.zone === "zone-a");
    assert.equal(single.status().failovers, 0);
  });

  it("ends what works on its folder before it starts, however it was started", async () => {
    await (await start()).stop();
    // By the relative path, as a person might: its command line doesn't name the folder.
    const { prefix } = databaseAccount();
    const { postgres } = await findBinaries("16");
    const [program = "", ...args] = [...prefix, postgres, "-D", "."];
    const stray = spawn(program, args, { cwd: options.data, stdio: "ignore" });
    const exit = once(stray, "exit");
    const lock = join(options.data, "postmaster.pid");
    await until("it is ready", 20_000, async () =>
      (await readFile(lock, "utf8").catch(() => "")).includes("ready"),
    );
    await start();
    assert.deepEqual((await exit).slice(1), ["SIGKILL"]);
  });

  it("keeps secrets out of its logs", async () => {
    await (await start()).stop();
    const { adminPassword } = JSON.parse(await readFile(join(options.directory, "instance.json"), "utf8"));
    const log = await readFile(join(options.logDirectory, "postgres-shop-db.log"), "utf8");
    for (const secret of [adminPassword, "secret"]) assert.ok(!log.includes(secret), secret);
  });

  it("refuses what can't work in one clear message, and leaves nothing running", async () => {
    const cases: [Partial<InstanceOptions>, RegExp][] = [
      [{ version: "15" }, /declares PostgreSQL 15.* brings 16\.\d+.*Declare "16"/s],
      [{ zones: ["zone-a"] }, /multiAz: needs a second zone/],
      [{ preferredZone: "zone-x", database: "" }, /preferredZone: zone-x.*database:/s],
      [{ directory: "/dev/null/data" }, /\/dev\/null\/data can't be used/],
    ];
    for (const [change, message] of cases) {
      await assert.rejects(start(change), message);
      assert.equal(running(), 0);
    }
  });

  it("refuses a folder that another one runs", async () => {
    await start({ multiAz: false });
    await assert.rejects(DatabaseInstance.start(options), /already run by another Trizone/);
    assert.ok(running() > 0);
  });

  it("refuses damaged records and data", async () => {
    await (await start()).stop();
    const record = join(options.directory, "instance.json");
    const good = await readFile(record, "utf8");
    for (const text of ["{", "{}", good.replace('"zone"', '"first"')]) {
      await writeFile(record, text);
      await assert.rejects(start(), /can't be read from .*instance\.json: .*--fresh/s);
    }
    await rm(record);
    await assert.rejects(start(), /holds data, but instance\.json beside it.*is missing/);
    await writeFile(record, good.replace('"16"', '"15"'));
    await assert.rejects(start(), /is of PostgreSQL 15, but the program declares 16/);
    await writeFile(record, good);
    await assert.rejects(
      start({ multiAz: false, zones: ["zone-b"] }),
      /lives in zone zone-a, which is not among/,
    );
    await writeFile(join(options.data, "global/pg_control"), "x");
    await assert.rejects(start(), /zone-a did not start: the data in .* is damaged/);
    await rm(options.data, { recursive: true });
    await assert.rejects(start(), /data is missing or holds no database.*--fresh/);
  });

  it("begins anew after a creation that was interrupted", async () => {
    await mkdir(`${options.data}.new`, { recursive: true });
    const record = { format: 2, major: "16", created: false, zone: "zone-a", failovers: 0 };
    const text = JSON.stringify({ ...record, adminPassword: "0123456789abcdef" });
    await writeFile(join(options.directory, "instance.json"), text);
    await start();
  });

  it("runs as somebody else than root", async () => {
    await start();
    const [postmaster] = postmasters(options.data);
    const uid = execFileSync("ps", ["-o", "uid=", "-p", String(postmaster)], { encoding: "utf8" }).trim();
    assert.notEqual(uid, "0");
  });
});
