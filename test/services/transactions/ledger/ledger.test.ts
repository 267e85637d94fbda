import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import type { Account } from "../../../../services/transactions/ledger/account.ts";
import { decodeLine, encodeLine } from "../../../../services/transactions/ledger/statement.ts";
import { type Cash, refused, startCash } from "../support.ts";

interface Page {
  items: { line: number; direction: string; amount: string; balance: string; kind: string }[];
  nextCursor: string | null;
}

describe("cash accounts", () => {
  let cash: Cash;
  before(async () => {
    cash = await startCash();
  });
  after(() => cash?.stop());

  const transaction = (userId: string, body: unknown, key?: string) =>
    cash.call("POST", "/api/transactions", userId, body, key ?? randomUUID());

  it("are opened once a currency", async () => {
    const open = async () =>
      (await (await cash.call("POST", "/api/accounts", "opener", { currency: "JPY" })).json()) as Account;
    const [first, second] = [await open(), await open()];
    assert.deepEqual(first, second);
    assert.deepEqual([first.balance, first.reserved, first.available], ["0", "0", "0"]);
    const many = await Promise.all(
      Array.from({ length: 8 }, () => cash.call("POST", "/api/accounts", "opener", { currency: "KWD" })),
    );
    const ids = await Promise.all(many.map(async (response) => ((await response.json()) as Account).id));
    assert.equal(new Set(ids).size, 1);
    await refused(await cash.call("POST", "/api/accounts", "opener", { currency: "AUX" }), 422, "currency");
  });

  it("take deposits in the decimals of their currency, and give back what is there", async () => {
    const booked = await cash.book("ann", { kind: "deposit", currency: "AUD", amount: "100.5" });
    const { id, accountId, createdAt, ...rest } = booked;
    assert.deepEqual(rest, { kind: "deposit", currency: "AUD", amount: "100.50" });
    assert.ok(Math.abs(Date.parse(createdAt) - Date.now()) < 10_000);
    const read = await cash.call("GET", `/api/transactions/${id}`, "ann");
    assert.deepEqual(await read.json(), booked);
    await cash.book("ann", { kind: "withdrawal", accountId, amount: "40" });
    const account = await cash.account("ann");
    assert.deepEqual([account.balance, account.available], ["60.50", "60.50"]);
    await refused(
      await transaction("ann", { kind: "withdrawal", accountId, amount: "60.51" }),
      409,
      "amount",
    );
    await cash.book("ann", { kind: "withdrawal", currency: "AUD", amount: "60.50" });
    assert.equal((await cash.account("ann")).balance, "0.00");
    assert.equal((await cash.deposit("ann", "1.234", "KWD")).amount, "1.234");
    assert.equal((await cash.deposit("ann", "7", "JPY")).amount, "7");
    await cash.agrees();
  });

  it("refuse amounts that aren't exact, are nothing, or are too much", async () => {
    for (const amount of [
      "0",
      "0.00",
      "-1",
      "1e3",
      "",
      " 1",
      "01",
      "1.",
      ".5",
      "NaN",
      5,
      null,
      "1.2345",
      "1000000000000",
    ])
      await refused(await transaction("ann", { kind: "deposit", currency: "AUD", amount }), 422, "amount");
    await refused(
      await transaction("ann", { kind: "deposit", currency: "AUD", amount: "1.005" }),
      422,
      "amount",
    );
    await refused(
      await transaction("ann", { kind: "deposit", currency: "JPY", amount: "1.5" }),
      422,
      "amount",
    );
    for (let i = 0; i < 3; i += 1) await cash.deposit("rich", "999999999999.999", "OMR");
    await cash.postgres.query(
      `SET session_replication_role = replica;
       UPDATE transactions.transfers SET amount = amount * 333, credit_balance = credit_balance * 333 WHERE amount > 999999999999;
       UPDATE transactions.accounts SET balance = balance * 333 WHERE user_id = 'rich'`,
    );
    const more = { kind: "deposit", currency: "OMR", amount: "999999999999" };
    await cash.book("rich", more);
    await refused(await transaction("rich", more), 409, "amount");
    await cash.agrees();
  });

  it("answer a repeat with the same bytes and book once, however often and at the same time it comes", async () => {
    const body = { kind: "deposit", currency: "AUD", amount: "5" };
    const repeats = await Promise.all(Array.from({ length: 12 }, () => transaction("twice", body, "k")));
    const texts = await Promise.all(repeats.map((response) => response.text()));
    assert.equal(new Set(texts).size, 1, texts[0]);
    assert.deepEqual([...new Set(repeats.map(({ status }) => status))], [201]);
    assert.equal(repeats.filter((response) => response.headers.get("idempotency-replayed")).length, 11);
    await cash.deposit("twice", "1");
    const accountId = (await cash.account("twice")).id;
    const turned = await transaction("twice", { amount: "5.00", accountId, kind: "deposit" }, "k");
    assert.equal(await turned.text(), texts[0]);
    assert.equal((await cash.account("twice")).balance, "6.00");
    await refused(await transaction("twice", { ...body, amount: "6" }, "k"), 422, "Idempotency-Key");
    await refused(await transaction("twice", { ...body, kind: "withdrawal" }, "k"), 422, "Idempotency-Key");
    await cash.book("other", body, "k");
    assert.equal((await cash.account("other")).balance, "5.00", "keys are a user's own");
  });

  it("let a refused key be used again once there is enough", async () => {
    await cash.deposit("poor", "1");
    const body = { kind: "withdrawal", currency: "AUD", amount: "2" };
    await refused(await transaction("poor", body, "later"), 409, "amount");
    await cash.deposit("poor", "1");
    await cash.book("poor", body, "later");
  });

  it("move cash between users, who both see it, and nobody else", async () => {
    await cash.deposit("giver", "10");
    await cash.deposit("taker", "1");
    const toAccountId = (await cash.account("taker")).id;
    const { id } = await cash.book("giver", { kind: "transfer", currency: "AUD", toAccountId, amount: "4" });
    assert.equal((await cash.account("giver")).balance, "6.00");
    assert.equal((await cash.account("taker")).balance, "5.00");
    const seen = await Promise.all(
      ["giver", "taker"].map(async (user) =>
        (await cash.call("GET", `/api/transactions/${id}`, user)).json(),
      ),
    );
    assert.deepEqual(seen[0], seen[1]);
    await refused(await cash.call("GET", `/api/transactions/${id}`, "eve"), 404);
    const to = (more: object) =>
      transaction("giver", { kind: "transfer", currency: "AUD", amount: "1", ...more });
    await refused(await to({ toAccountId: randomUUID() }), 422, "toAccountId");
    await refused(await to({ toAccountId: (await cash.account("giver")).id }), 422, "toAccountId");
    await cash.deposit("taker", "1", "JPY");
    await refused(await to({ toAccountId: (await cash.account("taker", "JPY")).id }), 422, "toAccountId");
  });

  it("are nobody else's", async () => {
    await cash.deposit("owner", "10");
    const accountId = (await cash.account("owner")).id;
    await refused(await transaction("eve", { kind: "withdrawal", accountId, amount: "1" }), 404);
    await refused(await transaction("eve", { kind: "deposit", accountId, amount: "1" }), 404);
    await refused(await cash.call("GET", `/api/accounts/${accountId}/statement`, "eve"), 404);
    await refused(await transaction("eve", { kind: "withdrawal", currency: "AUD", amount: "1" }), 404);
    const { rows } = await cash.postgres.query("SELECT id FROM transactions.system_accounts LIMIT 1");
    await refused(await transaction("eve", { kind: "withdrawal", accountId: rows[0].id, amount: "1" }), 404);
    assert.equal((await fetch(`${cash.pod.url}/api/accounts`)).status, 401);
  });

  it("say what is wrong with a request, all at once", async () => {
    const response = await cash.call("POST", "/api/transactions", "ann", {
      kind: "deposit",
      amount: "x",
      more: 1,
    });
    await refused(response, 422, "Idempotency-Key", "accountId", "amount", "more");
    await refused(await cash.call("POST", "/api/transactions", "ann", { kind: "gift" }, "k"), 422, "kind");
    const good = { kind: "deposit", currency: "AUD", amount: "1" };
    await refused(await cash.call("POST", "/api/transactions", "ann", good), 400, "Idempotency-Key");
    await refused(await cash.call("POST", "/api/transactions", "ann", "{", "k"), 400, "body");
  });

  it("have a statement with the balance after each line, page by page without gap or repeat", async () => {
    const property = fc.asyncProperty(
      fc.array(fc.record({ cents: fc.integer({ min: 1, max: 9999 }), give: fc.boolean() }), {
        maxLength: 12,
      }),
      fc.integer({ min: 1, max: 5 }),
      async (moves, limit) => {
        const userId = randomUUID();
        const expected: string[] = ["1000.00 1000.00"];
        let balance = 100_000;
        await cash.deposit(userId, "1000");
        const { id } = await cash.account(userId);
        for (const { cents, give } of moves) {
          const amount = (cents / 100).toFixed(2);
          balance += give ? cents : -cents;
          await cash.book(userId, { kind: give ? "deposit" : "withdrawal", accountId: id, amount });
          expected.unshift(`${amount} ${(balance / 100).toFixed(2)}`);
        }
        const seen: string[] = [];
        for (let cursor = ""; ; ) {
          const query = `limit=${limit}${cursor && `&cursor=${cursor}`}`;
          const response = await cash.call("GET", `/api/accounts/${id}/statement?${query}`, userId);
          const page = (await response.json()) as Page;
          assert.ok(page.items.length <= limit);
          for (const { line, amount, balance: after } of page.items) {
            assert.equal(line, expected.length - seen.length);
            seen.push(`${amount} ${after}`);
          }
          if (page.nextCursor === null) break;
          cursor = page.nextCursor;
        }
        assert.deepEqual(seen, expected);
      },
    );
    await fc.assert(property, { numRuns: 8 });
    const { id } = await cash.account("ann");
    for (const query of ["cursor=x", `cursor=${encodeLine(5n)}A`])
      await refused(await cash.call("GET", `/api/accounts/${id}/statement?${query}`, "ann"), 400, "cursor");
    await refused(await cash.call("GET", `/api/accounts/${id}/statement?limit=0`, "ann"), 400, "limit");
  });

  it("read each cursor that they wrote, and nothing else", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 18n - 1n }),
        (line) => decodeLine(encodeLine(line)) === line,
      ),
    );
    fc.assert(fc.property(fc.string(), (text) => decodeLine(text) === undefined));
  });

  it("answer no request with a failure of their own, whatever it holds", async () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom("AUD", "1", "deposit", "transfer", randomUUID()));
    const body = fc.dictionary(
      fc.constantFrom(
        "kind",
        "accountId",
        "currency",
        "toAccountId",
        "amount",
        "name",
        "email",
        "taxFileNumber",
        "x",
      ),
      value,
    );
    const request = fc.constantFrom(
      ["POST", "/api/transactions"] as const,
      ["POST", "/api/accounts"] as const,
      ["PUT", "/api/account-holder"] as const,
      ["POST", "/internal/reservations"] as const,
      ["POST", "/internal/events"] as const,
    );
    const path = fc.string({ unit: "binary", maxLength: 40 }).map(encodeURIComponent);
    const property = fc.asyncProperty(request, body, path, async ([method, url], content, odd) => {
      const written = await cash.call(method, url, "fuzz", JSON.stringify(content), "k");
      const reads = [`/api/transactions/${odd}`, `/api/accounts/${odd}/statement?cursor=${odd}`];
      const read = await Promise.all(
        [...reads, `/internal/reservations/${odd}`].map((each) => cash.call("GET", each, "fuzz")),
      );
      for (const response of [written, ...read]) {
        const text = await response.text();
        assert.ok(response.status < 500, `${response.status} ${text}`);
        assert.doesNotMatch(text, /SELECT|\bat .*\.[jt]s|pg_|syntax/);
      }
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it("change by nothing but their functions, and their journal not at all", async () => {
    const deny = async (statement: string, pattern: RegExp) =>
      assert.rejects(cash.postgres.query(`SET ROLE transactions; ${statement}`), pattern, statement);
    for (const table of ["accounts", "transfers", "reservations", "feed_positions", "transaction_keys"])
      await deny(`DELETE FROM transactions.${table}`, /permission denied/);
    await deny("UPDATE transactions.accounts SET balance = 1", /permission denied/);
    await deny(
      "INSERT INTO transactions.transfers SELECT * FROM transactions.transfers",
      /permission denied/,
    );
    await deny("SELECT * FROM trading.orders", /permission denied/);
    for (const change of [
      "UPDATE transactions.transfers SET amount = 1",
      "DELETE FROM transactions.transfers",
      "TRUNCATE transactions.transfers",
    ])
      await assert.rejects(cash.postgres.query(change), /only ever added to/);
  });

  it("document themselves", async () => {
    const document = (await (await fetch(`${cash.pod.url}/openapi.json`)).json()) as { paths: object };
    assert.deepEqual(Object.keys(document.paths).sort(), [
      "/api/account-holder",
      "/api/accounts",
      "/api/accounts/{id}/statement",
      "/api/transactions",
      "/api/transactions/{id}",
    ]);
  });
});
