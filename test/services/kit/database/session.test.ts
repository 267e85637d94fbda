import assert from "node:assert/strict";
import { pino } from "pino";
import { Database } from "../../../../services/kit/database/database.ts";
import { ProblemError } from "../../../../services/kit/http/problem.ts";
import { startPostgres, type TestPostgres } from "../../../support/postgres.ts";
import { type Relay, startRelay } from "../../../support/relay.ts";

describe("a transaction", () => {
  let postgres: TestPostgres;
  let relay: Relay;
  let database: Database;

  before(async () => {
    postgres = await startPostgres();
    relay = await startRelay(postgres.port);
    await postgres.query(
      "CREATE SCHEMA kit; CREATE TABLE kit.t (n int PRIMARY KEY); GRANT ALL ON SCHEMA kit TO trizone; GRANT ALL ON kit.t TO trizone",
    );
    const url = postgres.url.replace(String(postgres.port), String(relay.port));
    database = new Database(
      {
        DATABASE_URL: url,
        DATABASE_CREDENTIALS: postgres.credentials,
        DATABASE_POOL_SIZE: 2,
        SERVICE: "kit",
      },
      pino({ level: "silent" }),
    );
  });
  after(async () => {
    await database.close();
    await relay.close();
    await postgres.stop();
  });

  const insert = { name: "insert", text: "INSERT INTO kit.t VALUES ($1)" };
  const stored = async () =>
    (await database.repeatable<{ n: number }>("SELECT n FROM kit.t ORDER BY n", [])).map(({ n }) => n);

  it("stores all or nothing, and gives back what its work throws", async () => {
    const result = await database.transaction(async (session) => {
      await session.query(insert, [1]);
      await session.query(insert, [2]);
      return "done";
    });
    assert.equal(result, "done");
    const refusal = new ProblemError(409, "no");
    const refused = database.transaction(async (session) => {
      await session.query(insert, [3]);
      throw refusal;
    });
    await assert.rejects(refused, refusal);
    const twice = database.transaction(async (session) => {
      await session.query(insert, [4]);
      await session.query(insert, [1]);
    });
    await assert.rejects(twice, { code: "23505" });
    assert.deepEqual(await stored(), [1, 2]);
  });

  it("takes statements that don't wait for each other, in their order", async () => {
    const rows = await database.transaction(async (session) => {
      const all = [5, 6, 7].map((n) => session.query(insert, [n]));
      const count = session.query<{ count: string }>("SELECT count(*) FROM kit.t");
      await Promise.all(all);
      return count;
    });
    assert.equal(rows[0]?.count, "5");
  });

  it("sends the last statements with the commit, and stores nothing when one of them fails", async () => {
    const before = await stored();
    await database.transaction(async (transaction) => {
      await transaction.query(insert, [10]);
      transaction.last(insert, [11]);
      transaction.last(insert, [12]);
    });
    for (const last of [
      [13, 1],
      [1, 13],
    ]) {
      const refused = database.transaction(async (transaction) => {
        await transaction.query(insert, [14]);
        for (const n of last) transaction.last(insert, [n]);
      });
      await assert.rejects(refused, { code: "23505" });
    }
    assert.deepEqual(await stored(), [...before, 10, 11, 12]);
    await database.repeatable("DELETE FROM kit.t WHERE n >= 10", []);
  });

  it("says 503 when the connection is lost, and goes on with another", async () => {
    const lost = database.transaction(async (session) => {
      await session.query(insert, [8]);
      relay.set("cut");
      await session.query(insert, [9]);
    });
    await assert.rejects(lost, (error) => error instanceof ProblemError && error.status === 503);
    relay.set("pass");
    await database.transaction((session) => session.query(insert, [9]));
    assert.deepEqual(await stored(), [1, 2, 5, 6, 7, 9]);
  });
});
