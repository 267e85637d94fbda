import assert from "node:assert/strict";
import { pino } from "pino";
import { Database } from "../../../../services/kit/database/database.ts";
import { SqlLeaseStore } from "../../../../services/trading/store/lease-store.ts";
import { startPostgres, type TestPostgres } from "../../../support/postgres.ts";
import { databaseEnv, migrate } from "../../../support/stack.ts";

describe("the leases in the database", () => {
  let postgres: TestPostgres;
  let database: Database;
  let store: SqlLeaseStore;
  before(async () => {
    postgres = await startPostgres();
    await migrate(postgres);
    const environment = { ...databaseEnv(postgres, "trading"), DATABASE_POOL_SIZE: 1, SERVICE: "trading" };
    database = new Database(environment, pino({ level: "silent" }));
    store = new SqlLeaseStore(database);
  });
  after(async () => {
    await database.close();
    await postgres.stop();
  });

  it("count a process that another of the same pod replaced no more, and give that one its leases at once", async () => {
    await store.beat("trading-1/a", new Map());
    assert.equal((await store.beat("trading-10/b", new Map())).members, 2);
    assert.equal((await store.claim("trading-1/a", ["shard-0", "feed"])).length, 2);
    const { members, leases } = await store.beat("trading-1/c", new Map());
    assert.equal(members, 2);
    const held = leases.filter(({ owner }) => owner);
    assert.deepEqual(
      held.map(({ name, owner }) => [name, owner]),
      [
        ["feed", "trading-1/a"],
        ["shard-0", "trading-1/a"],
      ],
    );
    for (const { leftMs } of held) assert.ok(leftMs > 0 && leftMs <= 3000, `${leftMs} ms are left`);
    assert.deepEqual(await store.claim("trading-10/b", ["shard-0", "feed"]), []);
    const claimed = await store.claim("trading-1/c", ["shard-0", "feed"]);
    assert.deepEqual(
      claimed.map(({ epoch }) => epoch),
      [2, 2],
    );
  });
});
