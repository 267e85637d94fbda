import assert from "node:assert/strict";
import type pg from "pg";
import type { Database } from "../../../../services/kit/database/database.ts";
import { OrderReader } from "../../../../services/trading/store/order-reader.ts";
import { startPostgres, type TestPostgres } from "../../../support/postgres.ts";
import { connectAs, migrate } from "../../../support/stack.ts";
import { historyOf } from "../history.ts";

/** The orders of one user; `ORDERS=200000` measures the time, too. */
const ORDERS = Number(process.env.ORDERS ?? 6000);
const STATUSES = ["accepted", "open", "filled", "cancelled", "rejected", "expired"] as const;

/** The service's login, which counts the rows that a statement looks at and the milliseconds that it takes. */
class Counting {
  seen = 0;
  ms = 0;
  readonly #client: pg.Client;

  constructor(client: pg.Client) {
    this.#client = client;
  }

  ofUser<Result>(_: string, work: () => Promise<Result>): Promise<Result> {
    return work();
  }

  async repeatable(statement: { name: string; text: string }, values: unknown[]): Promise<unknown[]> {
    const before = await this.#count();
    const started = performance.now();
    const { rows } = await this.#client.query({ ...statement, values });
    this.ms = performance.now() - started;
    this.seen = (await this.#count()) - before;
    return rows;
  }

  async #count(): Promise<number> {
    await this.#client.query("SELECT pg_stat_force_next_flush()");
    const { rows } = await this.#client.query(
      "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int AS seen FROM pg_stat_user_tables",
    );
    return rows[0].seen;
  }
}

describe(`lists of a user who placed ${ORDERS} orders`, () => {
  let postgres: TestPostgres;
  let client: pg.Client;
  let counting: Counting;
  let reader: OrderReader;
  before(async () => {
    postgres = await startPostgres();
    await migrate(postgres);
    await postgres.query(historyOf("ana", ORDERS));
    client = await connectAs(postgres, "trading");
    counting = new Counting(client);
    reader = new OrderReader(counting as unknown as Database);
  }).timeout(180_000);
  after(async () => {
    await client?.end();
    await postgres.stop();
  });

  it("are planned once for each connection, for any values", async () => {
    for (let n = 0; n < 8; n += 1) await reader.list("ana", { limit: 1 });
    const { rows } = await client.query(
      "SELECT sum(generic_plans)::int AS generic, sum(custom_plans)::int AS custom FROM pg_prepared_statements",
    );
    assert.deepEqual(rows, [{ generic: 8, custom: 0 }]);
  });

  for (const symbol of [undefined, "BHP", "RIO", "XRO"]) {
    for (const status of [undefined, ...STATUSES]) {
      it(`come from an index: symbol ${symbol ?? "any"}, status ${status ?? "any"}`, async () => {
        const { rows } = await postgres.query(
          `SELECT id, at FROM expected WHERE ($1::text IS NULL OR symbol = $1) AND ($2::text IS NULL OR status = $2) ORDER BY id DESC`,
          [symbol ?? null, status ?? null],
        );
        const expected = rows.map(({ id }) => id);
        for (const limit of [1, 100]) {
          const most = 6 * (limit + 1) + 8;
          const found: string[] = [];
          let after: Parameters<OrderReader["list"]>[1]["after"];
          for (let pages = 0; pages < 3; pages += 1) {
            const { orders, next } = await reader.list("ana", { after, limit, symbol, status });
            assert.ok(orders.every(({ order }) => symbol === undefined || order.symbol === symbol));
            assert.ok(orders.every(({ last }) => status === undefined || last?.status === status));
            found.push(...orders.map(({ order }) => order.id));
            // Their ids, rows and last events, and at most a page of each index that they may come from.
            assert.ok(counting.seen <= most, `${counting.seen} rows for a page of ${limit}`);
            after = next;
            if (!next) break;
          }
          assert.deepEqual(found, expected.slice(0, found.length));
          assert.equal(found.length, Math.min(expected.length, 3 * limit));
          // A page from the middle of the history reads no more than the first one.
          const middle = expected.length >> 1;
          const row: { id: string; at: Date } | undefined = rows[middle];
          const from = row && { id: row.id, createdAt: row.at };
          const { orders } = await reader.list("ana", { after: from, limit, symbol, status });
          const ids = orders.map(({ order }) => order.id);
          assert.deepEqual(ids, expected.slice(middle + 1, middle + 1 + limit));
          assert.ok(counting.seen <= most, `${counting.seen} rows for a page of ${limit} in the middle`);
          if (ORDERS < 200_000) continue;
          const times: number[] = [];
          for (let n = 0; n < 21; n += 1) {
            await reader.list("ana", { after: undefined, limit, symbol, status });
            times.push(counting.ms);
          }
          // A quarter is that quick: the machine does other things, too.
          const quick = times.sort((a, b) => a - b)[5] as number;
          console.log(`      page of ${limit}: ${quick.toFixed(2)} ms`);
          if (limit === 1) assert.ok(quick <= 5, `${quick} ms`);
        }
      });
    }
  }
});
