import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { type RunningPod, startPod } from "../../support/pod.ts";
import { type DataService, startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { databaseEnv, migrate } from "../../support/stack.ts";

/** Seconds of load after each migration; `SECONDS` for longer. */
const SECONDS = Number(process.env.SECONDS ?? 1);
const ORDERS_PER_SECOND = 100;

/** Harmless migrations, of each schema. */
const MIGRATIONS = [
  "ALTER TABLE trading.orders ADD COLUMN note text",
  "ALTER TABLE trading.orders ALTER COLUMN symbol TYPE varchar(12)",
  "ALTER TABLE trading.order_keys ALTER COLUMN key TYPE varchar(300)",
  "ALTER TABLE transactions.accounts ADD COLUMN note text; ALTER TABLE transactions.accounts ALTER COLUMN opened_at TYPE timestamptz(6)",
  "ALTER TABLE portfolio.holdings ALTER COLUMN realised TYPE numeric(24, 2)",
  replaced("transactions", "reserve"),
  replaced("transactions", "apply_events"),
  replaced("portfolio", "reserve_at_once"),
];

/** Drops a function and makes it again, as a migration does that changes what it returns. */
function replaced(schema: string, name: string): string {
  return `DO $do$ DECLARE definition text; BEGIN
    SELECT pg_get_functiondef(p.oid) INTO definition FROM pg_proc p WHERE p.oid = '${schema}.${name}'::regproc;
    DROP FUNCTION ${schema}.${name};
    EXECUTE definition;
    GRANT EXECUTE ON FUNCTION ${schema}.${name} TO ${schema};
  END $do$`;
}

describe("migrations while orders arrive", () => {
  let postgres: TestPostgres;
  let folder: string;
  const pods: Partial<Record<DataService, RunningPod>> = {};

  before(async () => {
    postgres = await startPostgres();
    await migrate(postgres);
    folder = await mkdtemp(join(tmpdir(), "trizone-keys-"));
    await writeFile(join(folder, "keys"), `one ${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
    const start = async (service: DataService, env: Record<string, string> = {}) => {
      pods[service] = await startPod(service, {
        ...databaseEnv(postgres, service),
        DATABASE_POOL_SIZE: "4",
        ...env,
      });
      return pods[service].url;
    };
    const PERSONAL_DATA_KEY = pathToFileURL(join(folder, "keys")).href;
    const TRANSACTIONS_URL = await start("transactions", { PERSONAL_DATA_KEY });
    const PORTFOLIO_URL = await start("portfolio", { MARKET_DATA_URL: "http://127.0.0.1:9" });
    await start("trading", { TRANSACTIONS_URL, PORTFOLIO_URL });
  }).timeout(60_000);
  after(async () => {
    await Promise.all(Object.values(pods).map((pod) => pod.stop()));
    await postgres.stop();
    await rm(folder, { recursive: true });
  });

  const ask = (service: DataService, path: string, init: RequestInit = {}) =>
    fetch(`${pods[service]?.url}${path}`, {
      ...init,
      headers: { "x-user-id": "ana", "content-type": "application/json", ...init.headers },
    });
  const post = (service: DataService, path: string, body: object, key: string = randomUUID()) =>
    ask(service, path, { method: "POST", headers: { "idempotency-key": key }, body: JSON.stringify(body) });

  it("lose no order, refuse none for more than a second, and fail none", async () => {
    const deposit = { kind: "deposit", currency: "AUD", amount: "90000000.00" };
    assert.equal((await post("transactions", "/api/transactions", deposit)).status, 201);
    const order = { symbol: "BHP", side: "buy", type: "market", quantity: 1 };
    const problems: string[] = [];
    const refusedAt: number[] = [];
    const acknowledged: string[] = [];
    const reads: [DataService, string][] = [
      ["trading", "/api/orders?limit=5"],
      ["trading", "/api/orders?status=filled&limit=5"],
      ["transactions", "/api/accounts"],
      ["portfolio", "/api/portfolio"],
    ];
    const note = async (what: string, response: Response) => {
      const text = await response.text();
      if (response.status === 503) refusedAt.push(performance.now());
      else if (!response.ok) problems.push(`${what}: ${response.status} ${text}`);
      return response.ok ? JSON.parse(text) : undefined;
    };
    const underWay: Promise<void>[] = [];
    const place = async () => {
      const placed = await note("order", await post("trading", "/api/orders", order));
      if (placed) acknowledged.push(placed.id);
    };
    const read = async (n: number) => {
      const [service, path] = reads[n % reads.length] as [DataService, string];
      await note(path, await ask(service, path));
    };
    let running = true;
    const load = (async () => {
      const started = performance.now();
      for (let n = 0; running; n += 1) {
        underWay.push(place());
        if (n % 4 === 0) underWay.push(read(n / 4));
        await sleep(Math.max(0, started + (n * 1000) / ORDERS_PER_SECOND - performance.now()));
      }
    })();
    await sleep(1000);
    let longest = 0;
    for (const migration of MIGRATIONS) {
      const before = refusedAt.length;
      await postgres.query(migration);
      await sleep(SECONDS * 1000);
      const since = refusedAt.slice(before);
      longest = Math.max(longest, (since.at(-1) ?? 0) - (since[0] ?? 0));
    }
    running = false;
    await load;
    await Promise.all(underWay);
    assert.deepEqual([...new Set(problems)], []);
    assert.ok(longest <= 1000, `503 for ${longest} ms`);
    const { rows } = await postgres.query("SELECT id FROM orders");
    const stored = new Set(rows.map(({ id }) => id));
    assert.deepEqual(
      acknowledged.filter((id) => !stored.has(id)),
      [],
    );
    await ended();
    const { rows: ends } = await postgres.query(
      "SELECT status, body::json ->> 'reason' AS reason, count(*)::int FROM order_events WHERE status IN ('filled', 'rejected', 'cancelled') GROUP BY 1, 2",
    );
    assert.deepEqual(ends, [{ status: "filled", reason: null, count: stored.size }]);
    for (const pod of Object.values(pods)) assert.doesNotMatch(pod.output(), /"level":(50|60)/);
  }).timeout(60_000 + SECONDS * 20_000);

  async function ended(): Promise<void> {
    const deadline = performance.now() + 20_000;
    for (;;) {
      const { rows } = await postgres.query("SELECT count(*)::int AS open FROM trading.open_orders");
      if (rows[0].open === 0) return;
      if (performance.now() > deadline) throw new Error(`${rows[0].open} orders have not ended`);
      await sleep(50);
    }
  }
});
