import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { pino } from "pino";
import { Database, loginConfig, type Transaction } from "../../services/kit/database/index.ts";
import { type RunningPod, startPod } from "../support/pod.ts";
import { needsPooler, startPooler, type TestPooler } from "../support/pooler.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { databaseEnv, migrate, NO_LEDGERS } from "../support/stack.ts";

const ROOT = join(import.meta.dirname, "../..");
const log = pino({ level: "silent" });
const ORDER = { symbol: "BHP", side: "buy", type: "limit", quantity: 100, limitPrice: "45.10" };

/** What runs through PgBouncer, below `test/services`. POOLER_TESTS names others, separated by commas. */
const FILES = (
  process.env.POOLER_TESTS ??
  "trading/saga/lifecycle,trading/feed/feed,transactions/reservations/reservations,portfolio/api"
).split(",");
/** How long a table is locked; longer than a statement may take. */
const LOCKED_MS = Number(process.env.POOLER_LOCKED_MS ?? 3500);

describe("services through PgBouncer", () => {
  let postgres: TestPostgres;
  let pooler: TestPooler;

  before(async function () {
    needsPooler(this);
    postgres = await startPostgres();
    await migrate(postgres);
    pooler = await startPooler(postgres);
  });
  after(async () => {
    await pooler?.stop();
    await postgres?.stop();
  });

  const startTrading = () =>
    startPod("trading", { ...databaseEnv(postgres, "trading"), ...NO_LEDGERS, DATABASE_URL: pooler.url });

  const place = (trading: RunningPod, key: string) =>
    fetch(`${trading.url}/api/orders`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key, "x-user-id": "u" },
      body: JSON.stringify(ORDER),
    });

  /** Connections of services to the database. */
  const connections = async () =>
    Number(
      (await postgres.query("SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'trading%'")).rows[0]
        .count,
    );

  /** Runs `during` while a transaction holds a table. */
  async function locked<Result>(table: string, during: () => Promise<Result>): Promise<Result> {
    const blocker = await postgres.connect();
    try {
      await blocker.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      return await during();
    } finally {
      await blocker.query("ROLLBACK");
      await blocker.end();
    }
  }

  it("end their statements when they answer 503: none takes effect later, and connections don't pile up", async () => {
    const trading = await startTrading();
    try {
      assert.equal((await place(trading, randomUUID())).status, 201);
      const answers = new Map<string, number>();
      let most = 0;
      await locked("trading.order_keys", async () => {
        const until = performance.now() + LOCKED_MS;
        const clients = Array.from({ length: 8 }, async () => {
          while (performance.now() < until) {
            const key = randomUUID();
            answers.set(key, (await place(trading, key)).status);
            most = Math.max(most, await connections());
          }
        });
        await Promise.all(clients);
      });
      assert.deepEqual([...new Set(answers.values())], [503]);
      assert.ok(most <= 12, `${most} connections`);
      // Whatever still waited for the lock would be done before this, which came later.
      for (let status = 0; status !== 201; ) ({ status } = await place(trading, randomUUID()));
      const { rows } = await postgres.query("SELECT key FROM order_keys WHERE key = ANY($1)", [
        [...answers.keys()],
      ]);
      assert.deepEqual(rows, []);
    } finally {
      await trading.stop();
    }
  });

  it("audit all events however long that takes", async () => {
    const trading = await startTrading();
    try {
      const { answer } = await locked("trading.event_chains", async () => {
        const asked = { answer: fetch(`${trading.admin}/audit`) };
        await sleep(LOCKED_MS);
        return asked;
      });
      const audit = await answer;
      assert.equal(audit.status, 200, await audit.text());
    } finally {
      await trading.stop();
    }
  });

  describe("whose logins are rotated", () => {
    let database: Database;
    beforeEach(() => {
      database = new Database(
        {
          ...databaseEnv(postgres, "trading"),
          DATABASE_URL: pooler.url,
          DATABASE_POOL_SIZE: 10,
          SERVICE: "trading",
        },
        log,
      );
    });
    afterEach(() => database?.close());

    /** The logins of so many connections, each of them in a transaction at the same time. Rejects when one isn't let in. */
    async function logins(connections: number): Promise<(string | undefined)[]> {
      const all = Promise.withResolvers<void>();
      let waiting = connections;
      const login = async (session: Transaction) => {
        const [row] = await session.query<{ login: string }>("SELECT session_user AS login");
        waiting -= 1;
        if (waiting === 0) all.resolve();
        await all.promise;
        return row?.login;
      };
      const failed = (error: unknown): never => {
        all.reject(error);
        throw error;
      };
      return Promise.all(
        Array.from({ length: connections }, () => database.transaction(login).catch(failed)),
      );
    }

    async function letIn(username: string, password: string): Promise<void> {
      for (const deadline = performance.now() + 20_000; ; await sleep(50)) {
        const client = new pg.Client(loginConfig(pooler.url, { username, password }));
        client.on("error", () => undefined);
        const error = await client.connect().catch((error: Error) => error);
        await client.end();
        if (error === undefined || !(error instanceof Error)) return;
        assert.match(error.message, /authentication failed/);
        assert.ok(performance.now() < deadline, `${error.message}\n${pooler.output()}`);
      }
    }

    it("go on with the new password, without a restart and without a failed statement", async () => {
      const folder = postgres.logins.trading;
      assert.deepEqual(await logins(1), ["trading"]);
      await postgres.query("ALTER ROLE trading PASSWORD 'sec\"ond'");
      await writeFile(join(folder, "password"), 'sec"ond');
      await letIn("trading", 'sec"ond');
      assert.deepEqual(await logins(5), Array(5).fill("trading"));
    });

    it("go on with the login before while PgBouncer doesn't know the new one", async () => {
      const folder = postgres.logins.trading;
      // The pooler's own mount, which is refreshed later than the pod's.
      const mounted = join(pooler.logins, "trading");
      await rm(mounted);
      await mkdir(mounted);
      await writeFile(join(mounted, "username"), "trading");
      await writeFile(join(mounted, "password"), 'sec"ond');
      await postgres.query("ALTER ROLE trading_b LOGIN PASSWORD 'third'");
      assert.deepEqual(await logins(1), ["trading"]);
      await writeFile(join(folder, "username"), "trading_b");
      await writeFile(join(folder, "password"), "third");
      assert.deepEqual(await logins(3), Array(3).fill("trading"));
      await writeFile(join(mounted, "password"), "third");
      await writeFile(join(mounted, "username"), "trading_b");
      await letIn("trading_b", "third");
      await letIn("trading", 'sec"ond');
      const now = await logins(8);
      assert.ok(now.includes("trading_b"), now.join());
    });
  });

  it("are refused for a moment when PgBouncer is killed: its script ends at once, as the pod does then", async () => {
    const other = await startPooler(postgres);
    const started = performance.now();
    await other.kill("SIGKILL");
    assert.equal(await other.exited, 137);
    assert.ok(performance.now() - started < 1000, "the script noticed it late");
    await other.stop();
  });

  it("end PgBouncer with its pod, once no transaction is open", async () => {
    const other = await startPooler(postgres);
    await other.stop();
    assert.equal(await other.exited, 0);
  });

  it(`do as without one: ${FILES.join(", ")}`, async () => {
    const files = FILES.map((file) => `test/services/${file}.test.ts`);
    const mocha = spawn(process.execPath, [join(ROOT, "node_modules/mocha/bin/mocha.js"), ...files], {
      cwd: ROOT,
      env: { ...process.env, THROUGH_POOLER: "yes" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [out, errors, [status]] = await Promise.all([
      text(mocha.stdout),
      text(mocha.stderr),
      once(mocha, "exit"),
    ]);
    assert.equal(status, 0, `${out}${errors}`);
    assert.match(out, /^ {2}\d+ passing/m);
  }).timeout(400_000);
}).timeout(180_000);
