import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Order } from "../../../../services/trading/order.ts";
import { type RunningPod, startPod } from "../../../support/pod.ts";
import { startPostgres, type TestPostgres } from "../../../support/postgres.ts";
import { type Relay, startRelay } from "../../../support/relay.ts";
import { databaseEnv, migrate, NO_LEDGERS } from "../../../support/stack.ts";

const GOOD = { symbol: "BHP", side: "buy", type: "limit", quantity: 100, limitPrice: "45.10" };

describe("trading and its database", () => {
  let postgres: TestPostgres;
  let relay: Relay;
  let trading: RunningPod;

  before(async () => {
    postgres = await startPostgres();
    await migrate(postgres);
    relay = await startRelay(postgres.port);
    const url = postgres.url.replace(String(postgres.port), String(relay.port));
    trading = await startPod("trading", {
      ...databaseEnv(postgres, "trading"),
      ...NO_LEDGERS,
      DATABASE_URL: url,
    });
  });
  afterEach(() => relay.set("pass"));
  after(async () => {
    await trading.stop();
    await relay.close();
    await postgres.stop();
  });

  const place = (key: string = randomUUID()) =>
    fetch(`${trading.url}/api/orders`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key, "x-user-id": "u" },
      body: JSON.stringify(GOOD),
    });
  /** As a client does: comes back after a 503, as a busy machine may take longer for a new connection than one try has. */
  const placed = async (key: string = randomUUID()) => {
    const deadline = performance.now() + 10_000;
    for (;;) {
      const response = await place(key);
      if (response.status !== 503 || performance.now() > deadline) return response;
      await sleep(100 * Number(response.headers.get("retry-after")) * Math.random());
    }
  };
  const count = async (key: string) =>
    Number((await postgres.query("SELECT count(*) FROM order_keys WHERE key = $1", [key])).rows[0].count);
  const disconnectAll = () =>
    postgres.query(
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'trading'",
    );

  /** A 503 that names no internals and says when to come back, within three seconds; the pod stays ready. */
  async function away(key: string): Promise<void> {
    const started = performance.now();
    const response = await place(key);
    const text = await response.text();
    assert.equal(response.status, 503, text);
    assert.ok(performance.now() - started < 3000, "it took too long");
    assert.ok(response.headers.get("retry-after"));
    assert.doesNotMatch(text, /ECONN|INSERT|postgres|127\.0\.0\.1/i);
    assert.equal((await fetch(`${trading.admin}/readyz`)).status, 200);
  }

  it("goes on at once when its connections were closed", async () => {
    assert.equal((await place()).status, 201);
    await disconnectAll();
    const responses = await Promise.all(Array.from({ length: 10 }, () => place()));
    assert.deepEqual([...new Set(responses.map(({ status }) => status))], [201]);
  });

  it("answers 503 soon while the database is cut off, and stores once when it is back", async () => {
    relay.set("cut");
    await away("cut");
    relay.set("pass");
    assert.equal((await placed("cut")).status, 201);
    assert.equal((await place("cut")).status, 201);
    assert.equal(await count("cut"), 1);
  });

  it("does not hang on a frozen database, and leaves its connections behind", async () => {
    await Promise.all(Array.from({ length: 10 }, () => place()));
    relay.set("freeze");
    await Promise.all(Array.from({ length: 20 }, () => away("frozen")));
    relay.set("pass");
    const response = await placed("frozen");
    assert.equal(response.status, 201);
    assert.equal(await count("frozen"), 1);
  });

  it("takes a server that became read-only for a lost one", async () => {
    await postgres.query("ALTER DATABASE postgres SET default_transaction_read_only = on");
    await disconnectAll();
    await away("demoted");
    await postgres.query(
      "BEGIN READ WRITE; ALTER DATABASE postgres RESET default_transaction_read_only; COMMIT",
    );
    const response = await placed("demoted");
    assert.equal(response.status, 201);
  });

  it("reads credentials again when they were rotated", async () => {
    const file = (name: string, text: string) => writeFile(join(postgres.logins.trading, name), text);
    const owner = await Promise.all(
      ["username", "password"].map((name) => readFile(join(postgres.logins.trading, name), "utf8")),
    );
    await postgres.query(
      "CREATE ROLE pod LOGIN IN ROLE trading PASSWORD 'first'; ALTER ROLE pod SET search_path = trading",
    );
    await Promise.all([file("username", "pod"), file("password", "first")]);
    relay.set("cut");
    await away("reconnect");
    relay.set("pass");
    assert.equal((await placed()).status, 201);

    // The pool's connections end, and its login is refused from now on: nothing of it is seen outside.
    await postgres.query("ALTER ROLE pod PASSWORD 'next%1/@:'");
    // A connection that was just being made got in with the old one.
    for (let tries = 0; tries < 20; tries += 1) {
      await disconnectAll();
      if ((await place("rotated")).status === 503) break;
    }
    await away("rotated-and-away");
    await file("password", "next%1/@:\n");
    assert.equal((await placed()).status, 201);
    await Promise.all([file("username", owner[0] ?? ""), file("password", owner[1] ?? "")]);
  });

  it("keeps every acknowledged order, once, when the database crashes under load", async () => {
    let running = true;
    const acknowledged: Order[] = [];
    const attempted: string[] = [];
    const clients = Array.from({ length: 6 }, async () => {
      while (running) {
        const key = randomUUID();
        attempted.push(key);
        const response = await place(key);
        if (response.status === 201) acknowledged.push((await response.json()) as Order);
        else assert.equal(response.status, 503);
      }
    });
    const broken = Promise.all(clients).then(() => undefined);
    const reached = async (n: number) => {
      while (acknowledged.length < n) {
        await Promise.race([broken, new Promise((resolve) => setTimeout(resolve, 10))]);
      }
    };
    for (let round = 0; round < 3; round += 1) {
      await reached(acknowledged.length + 50);
      await postgres.crash();
      await postgres.start();
    }
    await reached(acknowledged.length + 50);
    running = false;
    await broken;
    for (const key of attempted) assert.equal((await placed(key)).status, 201);
    const { rows } = await postgres.query("SELECT order_id AS id, key FROM order_keys");
    const stored = new Set(rows.map(({ id }) => id));
    assert.deepEqual(
      acknowledged.filter(({ id }) => !stored.has(id)),
      [],
    );
    const wanted = new Set(attempted);
    assert.equal(rows.filter(({ key }) => wanted.has(key)).length, attempted.length);
  }).timeout(180_000);
});
