import assert from "node:assert/strict";
import { pino } from "pino";
import { Database } from "../../../../services/kit/database/database.ts";
import { positionText, START } from "../../../../services/trading/feed/ports.ts";
import { sqlOutbox } from "../../../../services/trading/feed/sql-outbox.ts";
import { startPostgres, type TestPostgres } from "../../../support/postgres.ts";
import { databaseEnv, migrate } from "../../../support/stack.ts";

describe("the outbox", () => {
  let postgres: TestPostgres;
  let database: Database;
  before(async () => {
    postgres = await startPostgres();
    await migrate(postgres);
    const environment = { ...databaseEnv(postgres, "trading"), DATABASE_POOL_SIZE: 1, SERVICE: "trading" };
    database = new Database(environment, pino({ level: "silent" }));
  });
  after(async () => {
    await database.close();
    await postgres.stop();
  });

  it("orders events by their transactions' numbers, also where these get one digit more", async () => {
    const expected = ["9.1.9", "9.1.10", "9.10.1", "10.1.1", "99.2.1", "100.1.1"];
    for (const position of [...expected].reverse()) {
      await postgres.query(
        `INSERT INTO order_events (xid, chain, link, at, order_id, version, status, fed, hash, body)
         SELECT p[1]::xid8, p[2]::int, p[3]::int, now(), gen_random_uuid(), 1, 'filled', true, '', '{}'
         FROM string_to_array($1, '.') AS p`,
        [position],
      );
    }
    const outbox = sqlOutbox(database);
    assert.deepEqual((await outbox.read(START, 100)).map(positionText), expected);
    const after = await outbox.read({ xid: "9", chain: 10, link: 1 }, 2);
    assert.deepEqual(after.map(positionText), ["10.1.1", "99.2.1"]);
  });
});
