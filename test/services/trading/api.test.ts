import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { request } from "node:http";
import fc from "fast-check";
import type { Problem } from "../../../services/kit/http/problem.ts";
import { uuid7 } from "../../../services/kit/uuid.ts";
import type { Order } from "../../../services/trading/order.ts";
import { type Stack, startStack } from "../../support/stack.ts";

const GOOD = { symbol: "BHP", side: "buy", type: "limit", quantity: 100, limitPrice: "45.10" };

describe("orders, through web, gateway and trading", () => {
  let stack: Stack;
  before(async () => {
    stack = await startStack();
  });
  after(() => stack.stop());

  const rows = async (key: string) =>
    (
      await stack.postgres.query(
        "SELECT o.* FROM orders o JOIN order_keys k ON k.order_id = o.id WHERE key = $1",
        [key],
      )
    ).rows;

  /** Asserts a problem document of a status that names the fields. */
  async function refused(response: Response, status: number, ...fields: string[]): Promise<void> {
    const text = await response.text();
    assert.equal(response.status, status, text);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    assert.ok(response.headers.get("x-zone"), "x-zone");
    assert.ok(response.headers.get("x-request-id"), "x-request-id");
    const problem = JSON.parse(text) as Problem;
    assert.equal(problem.status, status);
    assert.deepEqual(problem.errors?.map(({ field }) => field).sort() ?? [], fields.sort(), text);
  }

  it("stores an order and answers 201 with it", async () => {
    const response = await stack.place(GOOD, "first");
    const order = (await response.json()) as Order;
    assert.equal(response.status, 201);
    assert.equal(response.headers.get("location"), `/api/orders/${order.id}`);
    assert.equal(response.headers.get("x-zone"), "a");
    assert.equal(response.headers.get("x-zone-path"), "c>b>a");
    const { id, createdAt, ...rest } = order;
    assert.deepEqual(rest, { ...GOOD, status: "accepted" });
    assert.ok(Math.abs(Date.parse(createdAt) - Date.now()) < 10_000);
    assert.equal((await rows("first"))[0].id, id);
    const read = await stack.call(`/api/orders/${id}`);
    // It goes on meanwhile.
    const { status: _, reason: __, ...placed } = (await read.json()) as Order;
    assert.deepEqual(placed, { id, ...GOOD, createdAt });
  });

  it("takes a market order and a quantity as text", async () => {
    const order = { symbol: "CBA", side: "sell", type: "market", quantity: "7" };
    const response = await stack.place(order, "market");
    assert.equal(response.status, 201);
    const stored = (await response.json()) as Order;
    assert.equal(stored.quantity, 7);
    assert.equal(stored.limitPrice, undefined);
  });

  it("answers a repeat with the same bytes, however the body is written, also after the order went on", async () => {
    const first = await stack.place(GOOD, "again");
    const text = await first.text();
    await stack.call(`/api/orders/${JSON.parse(text).id}/cancel`, { method: "POST" });
    const turned = JSON.stringify({
      limitPrice: "45.1",
      type: "limit",
      quantity: "100",
      side: "buy",
      symbol: "BHP",
    });
    for (const body of [JSON.stringify(GOOD), turned, JSON.stringify(GOOD, null, 2)]) {
      const repeat = await stack.place(body, "again");
      assert.equal(repeat.status, 201);
      assert.equal(await repeat.text(), text);
    }
    assert.equal((await rows("again")).length, 1);
  });

  it("refuses another body under the same key, each field counting", async () => {
    await stack.place(GOOD, "taken");
    for (const change of [{ quantity: 101 }, { side: "sell" }, { symbol: "CBA" }, { limitPrice: "45.11" }]) {
      await refused(await stack.place({ ...GOOD, ...change }, "taken"), 422, "Idempotency-Key");
    }
    assert.equal((await rows("taken")).length, 1);
  });

  it("keeps keys and orders of users apart", async () => {
    const other = { authorization: `Bearer ${await stack.issuer.token({ sub: "user-2" })}` };
    const mine = (await (await stack.place(GOOD, "shared")).json()) as Order;
    const theirs = (await (await stack.place({ ...GOOD, quantity: 3 }, "shared", other)).json()) as Order;
    assert.notEqual(mine.id, theirs.id);
    await refused(await stack.call(`/api/orders/${mine.id}`, { headers: other }), 404);
    const list = (await (await stack.call("/api/orders", { headers: other })).json()) as { items: Order[] };
    assert.deepEqual(
      list.items.map(({ id }) => id),
      [theirs.id],
    );
  });

  it("stores one row for many requests at once with the same key", async () => {
    for (let round = 0; round < 5; round += 1) {
      const key = `race-${round}`;
      const responses = await Promise.all(Array.from({ length: 20 }, () => stack.place(GOOD, key)));
      const bodies = await Promise.all(responses.map((response) => response.text()));
      assert.deepEqual([...new Set(responses.map(({ status }) => status))], [201]);
      assert.equal(new Set(bodies).size, 1);
      assert.equal((await rows(key)).length, 1);
    }
  });

  it("names what is wrong with an order", async () => {
    const { limitPrice: _, ...noPrice } = GOOD;
    const cases: [unknown, number, ...string[]][] = [
      ["{", 400, "body"],
      ["", 400, "body"],
      ["[]", 422, "body"],
      ["null", 422, "body"],
      [{ ...GOOD, quantity: -1 }, 422, "quantity"],
      [{ ...GOOD, quantity: 0 }, 422, "quantity"],
      [{ ...GOOD, quantity: 1.5 }, 422, "quantity"],
      [{ ...GOOD, quantity: 1e12 }, 422, "quantity"],
      [{ ...GOOD, quantity: "1e3" }, 422, "quantity"],
      [JSON.stringify(GOOD).replace('"quantity":100', '"quantity":0.9999999999999999999'), 422, "quantity"],
      [{ ...GOOD, symbol: "ZZZ" }, 422, "symbol"],
      [{ ...GOOD, symbol: "B\u0000P" }, 422, "symbol"],
      [{ ...GOOD, symbol: "'; DROP TABLE orders" }, 422, "symbol"],
      [{ ...GOOD, side: "hold" }, 422, "side"],
      [{ ...GOOD, type: "stop" }, 422, "type"],
      [{ ...GOOD, limitPrice: 45.1 }, 422, "limitPrice"],
      [{ ...GOOD, limitPrice: "45.105" }, 422, "limitPrice"],
      [{ ...GOOD, limitPrice: "0.00" }, 422, "limitPrice"],
      [{ ...GOOD, limitPrice: "-1" }, 422, "limitPrice"],
      [{ ...GOOD, type: "market" }, 422, "limitPrice"],
      [noPrice, 422, "limitPrice"],
      [{ ...GOOD, extra: true }, 422, "extra"],
      [{ quantity: -1, side: "x", type: "limit" }, 422, "limitPrice", "quantity", "side", "symbol"],
    ];
    for (const [body, status, ...fields] of cases) {
      await refused(await stack.place(body, randomUUID()), status, ...fields);
    }
  });

  it("wants a usable key, a JSON body and a known method", async () => {
    const json = { "content-type": "application/json" };
    const post = (headers: Record<string, string>, body = JSON.stringify(GOOD)) =>
      stack.call("/api/orders", { method: "POST", headers, body });
    await refused(await post(json), 400, "Idempotency-Key");
    await refused(await post({ ...json, "idempotency-key": "x".repeat(256) }), 400, "Idempotency-Key");
    await refused(await post({ ...json, "idempotency-key": "a b" }), 400, "Idempotency-Key");
    await refused(await post(json, '{"type":"stop"}'), 422, "Idempotency-Key", "type");
    await refused(await post({ "content-type": "text/plain", "idempotency-key": "k" }), 415, "content-type");
    const put = await stack.call("/api/orders", { method: "PUT" });
    assert.match(put.headers.get("allow") ?? "", /POST/);
    await refused(put, 405);
    await refused(await stack.call("/api/orders/not-an-id"), 404);
    await refused(await stack.call(`/api/orders/${randomUUID()}`), 404);
    await refused(await stack.call("/api/elsewhere"), 404);
  });

  it("takes a body alike however it is said to be JSON, alone and among others", async () => {
    const encoded = new TextEncoder().encode(JSON.stringify(GOOD));
    const marked = new Uint8Array([0xef, 0xbb, 0xbf, ...encoded]);
    const send = async (type: string, body: Uint8Array<ArrayBuffer>) => {
      const headers = { "content-type": type, "idempotency-key": randomUUID() };
      return (await stack.call("/api/orders", { method: "POST", headers, body })).status;
    };
    const all = async (type: string, body: Uint8Array<ArrayBuffer>) => [
      await send(type, body),
      ...(await Promise.all(Array.from({ length: 5 }, () => send(type, body)))),
    ];
    for (const type of ["application/json ; charset=utf-8", "application/json;"])
      for (const body of [encoded, marked])
        assert.deepEqual([...new Set(await all(type, body))], [201], type);
    const broken = new Uint8Array([...encoded.slice(0, -1), 0x2c, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    assert.deepEqual([...new Set(await all("application/json", broken))], [400]);
  });

  it("takes parameters of a list only as they are described", async () => {
    for (const query of [
      "symbol=%00",
      "symbol=bhp",
      "symbol=",
      "symbol=BHP%00",
      "symbol=A&symbol=B",
      "status=%00",
      "limit=0x10",
      "limit=1e1",
      "limit=01",
      "limit=%201",
      "limit=1.0",
      "limit=+1",
      "limit=",
      "limit=101",
      "limit=0",
      "cursor=%00",
      "cursor=x",
      "Limit=1",
    ])
      assert.equal((await stack.call(`/api/orders?${query}`)).status, 400, query);
    for (const limit of [1, 9, 10, 99, 100])
      assert.equal((await stack.call(`/api/orders?limit=${limit}`)).status, 200, String(limit));
  });

  it("lets nobody keep what a user is shown", async () => {
    const placed = await stack.place(GOOD, randomUUID());
    const { id } = (await placed.json()) as Order;
    const answers = [placed];
    for (const path of ["", `/${id}`, `/${id}/events`, "/none"])
      answers.push(await stack.call(`/api/orders${path}`));
    answers.push(await stack.call("/api/flags"), await stack.call("/api/orders", { method: "PUT" }));
    answers.push(await fetch(`${stack.web.url}/api/orders`), await fetch(`${stack.trading.url}/api/orders`));
    answers.push(await fetch(`${stack.trading.url}/api/orders`, { headers: { "x-user-id": "user-1" } }));
    for (const { url, status, headers } of answers)
      assert.equal(headers.get("cache-control"), "no-store", `${status} ${url}`);
    const together = await Promise.all(Array.from({ length: 5 }, () => stack.place(GOOD, randomUUID())));
    for (const { headers } of together) assert.equal(headers.get("cache-control"), "no-store");
  });

  it("refuses 2 MB, with and without a declared length, and keeps the connection usable", async () => {
    const big = `{"symbol":"${"x".repeat(2 * 1024 * 1024)}"}`;
    for (let i = 0; i < 3; i += 1) {
      await refused(await stack.place(big, "big"), 413, "body");
      assert.equal((await stack.place(GOOD, "after-big")).status, 201);
    }
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { authorization: `Bearer token`, "transfer-encoding": "chunked" };
      const chunked = request(`${stack.web.url}/api/orders`, { method: "POST", headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      chunked.on("error", reject);
      chunked.end(big);
    });
    assert.equal(status, 413);
  });

  it("checks the parameters of a list", async () => {
    await refused(await stack.call("/api/orders?limit=0"), 400, "limit");
    await refused(await stack.call("/api/orders?limit=101"), 400, "limit");
    await refused(await stack.call("/api/orders?limit=many"), 400, "limit");
    await refused(await stack.call("/api/orders?status=lost"), 400, "status");
    for (const cursor of ["x", "", "MTIz", `${"9".repeat(150)}`]) {
      await refused(await stack.call(`/api/orders?cursor=${cursor}`), 400, "cursor");
    }
  });

  it("pages through all orders once, newest first, while new ones arrive", async () => {
    const users = { authorization: `Bearer ${await stack.issuer.token({ sub: "pager" })}` };
    const placed: Pick<Order, "id" | "symbol" | "createdAt">[] = [];
    const add = async () => {
      const symbol = placed.length % 3 === 0 ? "CBA" : "BHP";
      placed.unshift((await (await stack.place({ ...GOOD, symbol }, randomUUID(), users)).json()) as Order);
    };
    // Same times must not make pages skip or repeat.
    const createdAt = new Date(Date.now() - 60_000);
    const ids = Array.from({ length: 23 }, () => uuid7(createdAt.getTime())).sort();
    const columns = "id, created_at, user_id, symbol, side, type, quantity, worst_price";
    for (const [i, id] of ids.entries()) {
      const symbol = i % 3 === 0 ? "CBA" : "BHP";
      const row = [id, createdAt, "pager", symbol];
      await stack.postgres.query(
        `INSERT INTO orders (${columns}) VALUES ($1, $2, $3, $4, 'buy', 'market', 1, 1)`,
        row,
      );
      placed.unshift({ id, symbol, createdAt: createdAt.toISOString() });
    }
    const page = async (query: Record<string, string>) => {
      const response = await stack.call(`/api/orders?${new URLSearchParams(query)}`, { headers: users });
      assert.equal(response.status, 200);
      return (await response.json()) as { items: Order[]; nextCursor: string | null };
    };
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      fc.boolean(),
      async (limit, filtered) => {
        const query = { limit: String(limit), ...(filtered && { symbol: "CBA" }) };
        const known = new Set(placed.map(({ id }) => id));
        const seen: Order[] = [];
        let cursor: string | null = null;
        do {
          const answer = await page({ ...query, ...(cursor && { cursor }) });
          assert.ok(answer.items.length <= limit);
          seen.push(...answer.items);
          cursor = answer.nextCursor;
          if (seen.length === limit) await add();
        } while (cursor);
        const ids = seen.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length);
        const keys = seen.map((order) => `${order.createdAt}${order.id}`);
        assert.deepEqual(keys, [...keys].sort().reverse());
        const expected = placed.filter(({ id, symbol }) => known.has(id) && (!filtered || symbol === "CBA"));
        assert.deepEqual(
          expected.map(({ id }) => id).filter((id) => !ids.includes(id)),
          [],
        );
      },
    );
    await fc.assert(property, { numRuns: 12 });
  });

  it("documents itself", async () => {
    const response = await fetch(`${stack.trading.url}/openapi.json`);
    const document = (await response.json()) as { paths: Record<string, Record<string, unknown>> };
    assert.equal(response.status, 200);
    assert.deepEqual(Object.keys(document.paths).sort(), [
      "/api/market",
      "/api/orders",
      "/api/orders/{id}",
      "/api/orders/{id}/cancel",
      "/api/orders/{id}/events",
    ]);
  });
});
