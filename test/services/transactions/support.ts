import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Problem } from "../../../services/kit/http/problem.ts";
import type { OrderEvent, ReservationOutcome } from "../../../services/market/order-events.ts";
import type { Account } from "../../../services/transactions/ledger/account.ts";
import type { Transaction } from "../../../services/transactions/ledger/transaction.ts";
import { type RunningPod, startPod } from "../../support/pod.ts";
import { startPostgres, type TestPostgres } from "../../support/postgres.ts";
import { databaseEnv, migrate } from "../../support/stack.ts";

export interface Item {
  id: string;
  userId: string;
  currency: string;
  amount: string;
}

/** A pod of `transactions` with a database and a key file of its own, and calls to it. */
export interface Cash {
  postgres: TestPostgres;
  pod: RunningPod;
  keyFile: string;
  /** Writes the key file anew: the first id wraps. Ids keep their keys. */
  keys(...ids: string[]): Promise<void>;
  /** Another pod on the same database. */
  another(env?: Record<string, string>): Promise<RunningPod>;
  call(method: string, path: string, userId: string, body?: unknown, key?: string): Promise<Response>;
  /** Books a transaction that must succeed. */
  book(userId: string, body: unknown, key?: string): Promise<Transaction>;
  deposit(userId: string, amount: string, currency?: string): Promise<Transaction>;
  account(userId: string, currency?: string): Promise<Account>;
  reserve(items: Item[], at?: RunningPod): Promise<ReservationOutcome[]>;
  /** Sends events after where the feed is, and returns the status. */
  feed(events: Omit<OrderEvent, "position" | "symbol" | "at">[]): Promise<number>;
  send(batch: unknown, at?: RunningPod): Promise<Response>;
  /** Asserts that every account is what the journal and the reservations say, and that all is what came in. */
  agrees(): Promise<void>;
  stop(): Promise<void>;
}

export async function startCash(): Promise<Cash> {
  const postgres = await startPostgres();
  const folder = await mkdtemp(join(tmpdir(), "trizone-cash-"));
  const keyFile = join(folder, "keys");
  const known = new Map<string, string>();
  const keys = async (...ids: string[]) => {
    for (const id of ids) known.set(id, known.get(id) ?? randomBytes(32).toString("base64"));
    await writeFile(keyFile, ids.map((id) => `${id} ${known.get(id)}\n`).join(""), { mode: 0o600 });
  };
  await keys("one");
  await migrate(postgres);
  const pods: RunningPod[] = [];
  const another = async (env: Record<string, string> = {}) => {
    const own = { PERSONAL_DATA_KEY: pathToFileURL(keyFile).href, LOG_LEVEL: "trace" };
    const started = await startPod("transactions", {
      ...databaseEnv(postgres, "transactions"),
      ...own,
      ...env,
    });
    pods.push(started);
    return started;
  };
  const pod = await another();
  let position = 0;

  const call: Cash["call"] = (method, path, userId, body, key) =>
    fetch(pod.url + path, {
      method,
      headers: {
        "x-user-id": userId,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(key !== undefined && { "idempotency-key": key }),
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  const post = (path: string, body: unknown, at = pod) =>
    fetch(at.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const book: Cash["book"] = async (userId, body, key = randomUUID()) => {
    const response = await call("POST", "/api/transactions", userId, body, key);
    const text = await response.text();
    assert.equal(response.status, 201, text);
    return JSON.parse(text);
  };
  const send = (batch: unknown, at = pod) => post("/internal/events", batch, at);

  return {
    postgres,
    pod,
    keyFile,
    keys,
    another,
    call,
    book,
    deposit: (userId, amount, currency = "AUD") => book(userId, { kind: "deposit", currency, amount }),
    async account(userId, currency = "AUD") {
      const response = await call("GET", "/api/accounts", userId);
      const { items } = (await response.json()) as { items: Account[] };
      const found = items.find((account) => account.currency === currency);
      assert.ok(found, `${userId} has no account in ${currency}`);
      return found;
    },
    async reserve(items, at) {
      const response = await post("/internal/reservations", { items }, at);
      const body = (await response.json()) as { results: { id: string; outcome: ReservationOutcome }[] };
      assert.equal(response.status, 200, JSON.stringify(body));
      assert.deepEqual(
        body.results.map(({ id }) => id),
        items.map(({ id }) => id),
      );
      return body.results.map(({ outcome }) => outcome);
    },
    async feed(events) {
      const after = position === 0 ? null : `1.1.${position}`;
      position += 1;
      const common = { symbol: "BHP", at: "2026-01-05T00:00:00.000Z", position: `1.1.${position}` };
      const full = events.map((event) => ({ ...common, ...event }));
      const response = await send({ after, position: `1.1.${position}`, events: full });
      await response.arrayBuffer();
      return response.status;
    },
    send,
    async agrees() {
      const wrong = await postgres.query(
        "SELECT id::text FROM transactions.disagreements UNION ALL SELECT id::text FROM transactions.reserved_disagreements",
      );
      assert.deepEqual(wrong.rows, []);
      const { rows } = await postgres.query(`
        SELECT currency, sum(amount) AS total FROM (
          SELECT currency, balance AS amount FROM transactions.accounts
          UNION ALL
          SELECT s.currency, CASE WHEN t.credit_account = s.id THEN t.amount ELSE -t.amount END
          FROM transactions.system_accounts s
          JOIN transactions.transfers t ON s.id IN (t.debit_account, t.credit_account)
        ) AS everything GROUP BY currency HAVING sum(amount) <> 0`);
      assert.deepEqual(rows, [], "cash appeared or vanished");
    },
    async stop() {
      await Promise.all(pods.map((each) => each.stop()));
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Asserts a problem document of a status that names the fields, and returns its text. */
export async function refused(response: Response, status: number, ...fields: string[]): Promise<string> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const problem = JSON.parse(text) as Problem;
  assert.deepEqual(problem.errors?.map(({ field }) => field).sort() ?? [], fields.sort(), text);
  return text;
}
