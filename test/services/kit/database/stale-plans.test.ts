import assert from "node:assert/strict";
import { pino } from "pino";
import { Database } from "../../../../services/kit/database/database.ts";
import { startPostgres, type TestPostgres } from "../../../support/postgres.ts";

const READ = { name: "read", text: "SELECT n, note FROM kit.t WHERE n = $1" };
const ADD = { name: "add", text: "INSERT INTO kit.t (n, note) VALUES ($1, 'x') RETURNING n, note" };

describe("prepared statements, after what they were prepared for has changed", () => {
  let postgres: TestPostgres;
  let database: Database;
  before(async () => {
    postgres = await startPostgres();
    await postgres.query(
      "CREATE SCHEMA kit; CREATE TABLE kit.t (n int PRIMARY KEY, note text); GRANT ALL ON SCHEMA kit TO trizone; GRANT ALL ON kit.t TO trizone",
    );
    const environment = { DATABASE_URL: postgres.url, DATABASE_CREDENTIALS: postgres.credentials };
    database = new Database(
      { ...environment, DATABASE_POOL_SIZE: 3, SERVICE: "kit" },
      pino({ level: "silent" }),
    );
  });
  after(async () => {
    await database.close();
    await postgres.stop();
  });

  let next = 0;
  const kinds: Record<string, () => Promise<unknown>> = {
    repeatable: () => database.repeatable(READ, [1]),
    single: () => database.single(ADD, [++next]),
    transaction: () =>
      database.transaction(async (session) => {
        await session.query(READ, [1]);
        return session.query(ADD, [++next]);
      }),
    "the last of a transaction": () => database.transaction(async ({ last }) => last(ADD, [++next])),
  };
  const changes: Record<string, string> = {
    "a column's type was changed": "ALTER TABLE kit.t ALTER COLUMN note TYPE varchar(LENGTH)",
    "the connections forgot them": "",
  };

  for (const [change, sql] of Object.entries(changes)) {
    for (const [kind, run] of Object.entries(kinds)) {
      it(`run on another connection when ${change}: ${kind}`, async () => {
        // Every connection of the pool has prepared all of them.
        for (let n = 0; n < 2; n += 1)
          await Promise.all(Object.values(kinds).flatMap((one) => [one(), one(), one()]));
        if (sql) await postgres.query(sql.replace("LENGTH", String(100 + ++next)));
        else await forget();
        const before = await count();
        await Promise.all([run(), run(), run(), run()]);
        if (kind !== "repeatable") assert.equal((await count()) - before, 4, "each took effect once");
        for (const one of Object.values(kinds)) await one();
      });
    }
  }

  it("are run again when the server ended one of two that waited for each other", async () => {
    await database.repeatable("INSERT INTO kit.t VALUES (-1, ''), (-2, '')", []);
    let meet: () => void = () => undefined;
    let both = 0;
    const met = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const raise = (first: number, second: number) =>
      database.transaction(async (session) => {
        const lock = (n: number) => session.query("UPDATE kit.t SET note = note || 'y' WHERE n = $1", [n]);
        await lock(first);
        both += 1;
        if (both === 2) meet();
        await met;
        await lock(second);
      });
    await Promise.all([raise(-1, -2), raise(-2, -1)]);
    const rows = await database.repeatable("SELECT note FROM kit.t WHERE n < 0", []);
    assert.deepEqual(
      rows.map(({ note }) => note),
      ["yy", "yy"],
    );
  });

  const count = async () => Number((await postgres.query("SELECT count(*) FROM kit.t")).rows[0].count);
  /** As a pooler does that gives a client another of its connections. */
  const forget = () =>
    Promise.all([1, 2, 3].map(() => database.transaction((session) => session.query("DEALLOCATE ALL"))));
});
