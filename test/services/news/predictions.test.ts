import assert from "node:assert/strict";
import type pg from "pg";
import type { Database } from "../../../services/kit/database/database.ts";
import { uuid7 } from "../../../services/kit/uuid.ts";
import { Predictions, type StoredPrediction } from "../../../services/news/predictions.ts";
import { type DataService, startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { connectAs, migrate } from "../../support/stack.ts";

const DAY_MS = 86_400_000;

const prediction = (id: string, symbol: string | null = "BHP", label = "positive"): StoredPrediction => ({
  ...{ id, symbol, label, model: "1.0.0", confidence: 0.8 },
  detail: {
    probabilities: { positive: 0.8, negative: 0.2 },
    excerpt: 'quotes "and" \\ back{slashes}, commas',
    ...{ characters: 3, tokens: 3, truncatedTokens: 0, unknownTokens: 0 },
    latencyMs: { queue: 0, tokenise: 0, infer: 0, total: 0 },
  },
});

describe("predictions in the database", () => {
  let postgres: TestPostgres;
  let client: pg.Client;
  const statements: { text: string; values: unknown[] }[] = [];
  let predictions: Predictions;
  before(async () => {
    postgres = await startPostgres();
    await migrate(postgres);
    client = await connectAs(postgres, "news");
    const repeatable = async ({ text }: { text: string }, values: unknown[]) => {
      statements.push({ text, values });
      return (await client.query(text, values)).rows;
    };
    const ofUser = (_: string, work: () => Promise<unknown>) => work();
    predictions = new Predictions({ repeatable, ofUser } as unknown as Database);
  });
  after(async () => {
    await client?.end();
    await postgres?.stop();
  });

  it("come back as they were stored, once", async () => {
    const [one, other] = [prediction(uuid7()), prediction(uuid7(Date.now() + 1), null, "neutral")];
    await Promise.all([
      predictions.store("ana", [one, other]),
      predictions.store("ben", [prediction(uuid7())]),
    ]);
    await predictions.store("ana", [one]);
    const filter = { before: undefined, symbol: undefined, label: undefined, limit: 10 };
    assert.deepEqual(await predictions.history("ana", filter), { items: [other, one], nextCursor: null });
  });

  it("are stored together with those that came meanwhile", async () => {
    statements.length = 0;
    await Promise.all(Array.from({ length: 20 }, () => predictions.store("group", [prediction(uuid7())])));
    assert.equal(statements.length, 2);
  });

  it("are found by an index of each filter, and deleted by one, whatever the table's size was", async () => {
    await postgres.query(
      `INSERT INTO news.predictions SELECT gen_random_uuid(), 'user-' || i % 100, CASE WHEN i % 2 = 0 THEN 'BHP' END, 'label-' || i % 3, '1', 1, '{}'
       FROM generate_series(1, 5000) i`,
    );
    await postgres.query("ANALYZE news.predictions");
    statements.length = 0;
    for (const symbol of [undefined, "BHP"]) {
      for (const label of [undefined, "label-1"]) {
        for (const before of [undefined, uuid7()]) {
          await predictions.history("user-2", { before, symbol, label, limit: 5 });
        }
      }
    }
    await predictions.deleteOf("user-3");
    await predictions.deleteOlderThan(36_500);
    assert.equal(statements.length, 10);
    for (const { text, values } of statements) {
      const { rows } = await client.query(`EXPLAIN ${text}`, values);
      const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
      assert.match(plan, /Index (Only )?Scan/, plan);
      assert.doesNotMatch(plan, /Seq Scan|Bitmap/, plan);
      const by = [values.includes("BHP") && "symbol", values.includes("label-1") && "label"].filter(Boolean);
      if (by.length > 0) assert.match(plan, new RegExp(`predictions_by_${by.join("_and_")}\\b`), plan);
      if (text.startsWith("SELECT")) assert.doesNotMatch(plan, /Sort/, plan);
    }
  });

  it("go after their time, in batches", async () => {
    const now = Date.now();
    await postgres.query("DELETE FROM news.predictions");
    const days = Array.from({ length: 100 }, (_, day) => prediction(uuid7(now - day * DAY_MS)));
    await predictions.store("old", days);
    await postgres.query(
      `INSERT INTO news.predictions
       SELECT ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, 'ancient', NULL, 'x', '1', 1, '{}'
       FROM generate_series(1, 4500) i`,
    );
    assert.equal(await predictions.deleteOlderThan(90, now + 1000), 4500 + 10);
    const { rows } = await postgres.query(
      "SELECT user_id, count(*)::int FROM news.predictions WHERE user_id IN ('old', 'ancient') GROUP BY 1",
    );
    assert.deepEqual(rows, [{ user_id: "old", count: 90 }]);
  });

  it("are the service's alone, which may touch nothing else and change none", async () => {
    const denied = { code: "42501" };
    for (const service of ["trading", "transactions", "portfolio", "market-data"] as DataService[]) {
      const other = await connectAs(postgres, service);
      try {
        await assert.rejects(other.query("SELECT FROM news.predictions"), denied, service);
        await assert.rejects(other.query("INSERT INTO news.predictions DEFAULT VALUES"), denied, service);
      } finally {
        await other.end();
      }
    }
    for (const table of [
      "trading.orders",
      "transactions.accounts",
      "portfolio.holdings",
      "public.migrations",
    ])
      await assert.rejects(client.query(`SELECT FROM ${table}`), denied, table);
    await assert.rejects(client.query("UPDATE news.predictions SET label = 'x'"), denied);
    await assert.rejects(client.query("CREATE TABLE news.mine ()"), denied);
  });
});
