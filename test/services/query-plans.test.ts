import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { Database } from "../../services/kit/database/database.ts";
import type { Statement } from "../../services/kit/database/session.ts";
import type { OrderEvent } from "../../services/market/order-events.ts";
import { Reservations as Shares } from "../../services/portfolio/reservations.ts";
import { SqlSagaStore } from "../../services/trading/store/saga-store.ts";
import { Reservations as Cash } from "../../services/transactions/reservations/reservations.ts";
import { type DataService, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { connectAs, migrate } from "../support/stack.ts";

const ROWS = 400;
const BATCH = 20;

/** A service's database, which counts the rows that its statements look at. */
class CountingDatabase {
  readonly seen = new Map<string, number>();
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  static async connect(postgres: TestPostgres, service: DataService): Promise<CountingDatabase> {
    const client = await connectAs(postgres, service);
    return new CountingDatabase(client);
  }

  get database(): Database {
    return this as unknown as Database;
  }

  async repeatable(statement: Statement, values: unknown[]): Promise<unknown[]> {
    await this.#client.query("BEGIN");
    const { rows } = await this.#client.query(
      typeof statement === "string" ? statement : statement.text,
      values,
    );
    const counts = await this.#client.query(
      "SELECT relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS seen FROM pg_stat_xact_user_tables",
    );
    await this.#client.query("COMMIT");
    for (const { relname, seen } of counts.rows) {
      this.seen.set(relname, (this.seen.get(relname) ?? 0) + Number(seen));
    }
    return rows;
  }

  single(statement: Statement, values: unknown[]): Promise<unknown[]> {
    return this.repeatable(statement, values);
  }

  close(): Promise<void> {
    return this.#client.end();
  }
}

/** One of each of as many users as a batch has orders. */
const ordersOfUsers = () =>
  Array.from({ length: BATCH }, (_, i) => ({ id: randomUUID(), userId: `user-${i + 1}` }));

describe("batches over tables that the planner has seen small", () => {
  let postgres: TestPostgres;
  let counting: CountingDatabase;
  before(async () => {
    postgres = await startPostgres();
    await migrate(postgres);
  });
  afterEach(() => counting.close());
  after(() => postgres.stop());

  /** Each row of a batch is looked at a few times, the others not at all. */
  const assertLookedUp = (table: string) => {
    const seen = counting.seen.get(table) ?? 0;
    assert.ok(seen >= BATCH && seen <= 6 * BATCH, `${seen} rows of ${table} were looked at for ${BATCH}`);
  };

  it("end orders by looking up these alone", async () => {
    counting = await CountingDatabase.connect(postgres, "trading");
    // Counted when all of a day had ended.
    const add = (rows: number) =>
      postgres.query(
        `INSERT INTO trading.open_orders SELECT i % 8, gen_random_uuid(), now() FROM generate_series(1, ${rows}) i RETURNING shard, id`,
      );
    await add(10 * ROWS);
    await postgres.query("DELETE FROM trading.open_orders");
    await postgres.query("ANALYZE");
    const open = await add(ROWS);
    const store = new SqlSagaStore(counting.database, "pod");
    const ended = open.rows.slice(0, BATCH);
    await store.commit({ events: [], ended, held: [] });
    assertLookedUp("open_orders");
    const { rows } = await postgres.query("SELECT count(*)::int AS left FROM trading.open_orders");
    assert.equal(rows[0].left, ROWS - BATCH);
    await assert.rejects(store.commit({ events: [], ended: ended.slice(0, 1), held: [] }), { code: "TZ001" });
  });

  it("reserve and book cash by looking up its accounts alone", async () => {
    counting = await CountingDatabase.connect(postgres, "transactions");
    await postgres.query(
      `INSERT INTO transactions.accounts (user_id, currency, balance) SELECT 'user-' || i, 'AUD', 1000 FROM generate_series(1, ${ROWS}) i`,
    );
    await postgres.query("ANALYZE");
    const cash = new Cash(counting.database);
    const items = ordersOfUsers().map((order) => ({ ...order, currency: "AUD", amount: "10.00" }));
    for (const { outcome } of await cash.reserve(items)) assert.equal(outcome, "reserved");
    assertLookedUp("accounts");
    counting.seen.clear();
    const events = items.map(
      ({ id, userId }, i): OrderEvent => ({
        position: `1.1.${i + 1}`,
        orderId: id,
        userId,
        type: "fill",
        at: new Date().toISOString(),
        symbol: "BHP",
        side: "buy",
        fill: { id: `t-${i}`, quantity: 1, price: "9.000", amount: "9.00" },
        closed: "filled",
      }),
    );
    const { applied, uncovered } = await cash.apply({ after: null, position: "1.1.20", events });
    assert.deepEqual([applied, uncovered], [true, 0]);
    assertLookedUp("accounts");
    assertLookedUp("reservations");
  });

  it("reserve shares by looking up their holdings alone", async () => {
    counting = await CountingDatabase.connect(postgres, "portfolio");
    await postgres.query(
      `INSERT INTO portfolio.holdings (user_id, symbol, quantity) SELECT 'user-' || i, 'BHP', 1000 FROM generate_series(1, ${ROWS}) i`,
    );
    await postgres.query("ANALYZE");
    const shares = new Shares(counting.database);
    const items = ordersOfUsers().map((order) => ({ ...order, symbol: "BHP", quantity: 10 }));
    for (const { outcome } of await shares.reserve(items)) assert.equal(outcome, "reserved");
    assertLookedUp("holdings");
  });
});
