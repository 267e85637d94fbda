import assert from "node:assert/strict";
import { join } from "node:path";
import pg from "pg";
import { DatabaseInstance } from "../../../local/postgres/index.ts";
import { type SmallDisk, smallDisk } from "../../support/small-disk.ts";
import { temporaryOptions, until, urlOf } from "./fixture.ts";

describe("a database whose disk is full", () => {
  let options: Awaited<ReturnType<typeof temporaryOptions>>;
  let disk: SmallDisk | undefined;
  let instance: DatabaseInstance | undefined;

  before(async function () {
    const made = smallDisk(200);
    if (typeof made === "string") {
      console.log(`      skipped: ${made}`);
      this.skip();
    }
    disk = made;
    options = { ...(await temporaryOptions()), directory: join(disk.path, "shop-db") };
    options.logDirectory = join(disk.path, "logs");
  });
  after(async () => {
    disk?.free();
    await instance?.stop();
    disk?.remove();
    await options?.remove();
  });

  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: urlOf(instance as DatabaseInstance, options) });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };

  it("ends, waits for space, says so once, and is back within 10 s of it with all that it acknowledged", async () => {
    instance = await DatabaseInstance.start(options);
    const problems: string[] = [];
    instance.on("problem", (problem) => problems.push(problem));
    // Its first page has room for all rows.
    await run("CREATE TABLE kept (n int)");
    await run("INSERT INTO kept VALUES (0)");
    disk?.fill();
    let acknowledged = 1;
    const write = async () => {
      await run(`INSERT INTO kept VALUES (${acknowledged})`);
      acknowledged += 1;
      // Fills the write-ahead log, without which the server can't go on at all.
      await run("SELECT pg_logical_emit_message(true, 'x', repeat('y', 1000000))");
    };
    const status = () => instance?.status();
    for (let round = 0; round < 100 && status()?.state === "available"; round += 1)
      await write().catch(() => undefined);
    await until("it is given up", 10_000, () => status()?.reason?.includes("disk is full") === true);
    const seen = problems.length;
    const waited = performance.now() + 4000;
    await until("time passes", 5000, () => performance.now() > waited);
    assert.equal(status()?.state, "unavailable");
    assert.equal(problems.length, seen, problems.join("\n"));
    assert.equal(
      problems.filter((problem) => problem.includes("disk is full")).length,
      1,
      problems.join("\n"),
    );
    disk?.free();
    await until("it is back", 10_000, () => status()?.state === "available");
    const [{ count }] = (await run("SELECT count(*)::int FROM kept")) as [{ count: number }];
    assert.ok(acknowledged > 1 && count >= acknowledged, `${count} of ${acknowledged}`);
  }).timeout(60_000);
});
