import assert from "node:assert/strict";
import { Decimal } from "decimal.js";
import fc from "fast-check";
import { backoffMs, isRepeatable, RetryBudget } from "../../services/kit/client/retry.ts";
import { requestHeaders, responseHeaders } from "../../services/kit/http/headers.ts";
import { idempotencyKeyProblem } from "../../services/kit/http/idempotency-key.ts";
import { uuid7 } from "../../services/kit/uuid7.ts";
import { canonicalPrice, priceProblem } from "../../services/market/price.ts";
import { decodeCursor, encodeCursor } from "../../services/trading/cursor.ts";
import { fingerprint } from "../../services/trading/idempotency.ts";

const uuid = fc.uuid();

describe("rules", () => {
  it("accept exactly the multiples of ASX's price step", () => {
    const mills = fc.integer({ min: 0, max: 12_000 });
    const property = fc.property(mills, (thousandths) => {
      const step = thousandths < 100 ? 1 : thousandths < 2000 ? 5 : 10;
      const good = thousandths > 0 && thousandths % step === 0;
      assert.equal(priceProblem((thousandths / 1000).toFixed(3)) === undefined, good);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("refuse prices that are not plain decimals", () => {
    const bad = [
      "",
      " 1",
      "1 ",
      "+1",
      "-1",
      "1e3",
      "0x1",
      "01",
      ".5",
      "1.",
      "1,5",
      "NaN",
      "Infinity",
      "1.0000",
      "1000000",
      "１",
    ];
    for (const text of bad) assert.ok(priceProblem(text), JSON.stringify(text));
    fc.assert(
      fc.property(
        fc.string(),
        (text) => priceProblem(text) !== undefined || new Decimal(text).greaterThan(0),
      ),
    );
  });

  it("give equal prices the same text", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), fc.integer({ min: 0, max: 99 }), (dollars, cents) => {
        const short = new Decimal(`${dollars}.${String(cents).padStart(2, "0")}`);
        assert.equal(canonicalPrice(short.toFixed(3)), canonicalPrice(short.toString()));
      }),
    );
  });

  it("tell orders apart by their content only", () => {
    const order = fc.record({
      symbol: fc.constantFrom("BHP", "CBA"),
      side: fc.constantFrom("buy" as const, "sell" as const),
      type: fc.constant("limit" as const),
      quantity: fc.integer({ min: 1, max: 3 }),
      limitPrice: fc.constantFrom("1.5", "1.50", "2.00"),
    });
    const meaning = (one: { limitPrice: string }) =>
      JSON.stringify({ ...one, limitPrice: Number(one.limitPrice) });
    fc.assert(
      fc.property(
        order,
        order,
        (a, b) => fingerprint(a).equals(fingerprint(b)) === (meaning(a) === meaning(b)),
      ),
    );
  });

  it("take idempotency keys of 1 to 255 visible ASCII characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 260 }), (key) => {
        assert.equal(idempotencyKeyProblem(key) === undefined, /^[!-~]{1,255}$/.test(key));
      }),
    );
  });

  it("read each cursor that they wrote, and nothing else", () => {
    const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
    fc.assert(
      fc.property(time, uuid, (ms, id) => {
        const cursor = { createdAt: new Date(ms), id };
        assert.deepEqual(decodeCursor(encodeCursor(cursor)), cursor);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => decodeCursor(text) === undefined));
  });

  it("make ids that sort by time", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 47 }), fc.integer({ min: 1, max: 1e6 }), (now, later) => {
        const id = uuid7(now);
        assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.ok(id < uuid7(now + later));
      }),
    );
  });

  it("wait between nothing and a bound that doubles", () => {
    assert.equal(
      backoffMs(1, 50, 500, () => 0),
      0,
    );
    assert.deepEqual(
      [1, 2, 3, 4, 5, 9].map((n) => backoffMs(n, 50, 500, () => 1)),
      [50, 100, 200, 400, 500, 500],
    );
  });

  it("allow retries up to a share of the requests and a reserve", () => {
    const budget = new RetryBudget(0.25, 4);
    assert.deepEqual(
      Array.from({ length: 6 }, () => budget.take()),
      [true, true, true, true, false, false],
    );
    for (let i = 0; i < 4; i += 1) budget.deposit();
    assert.deepEqual([budget.take(), budget.take()], [true, false]);
    for (let i = 0; i < 100; i += 1) budget.deposit();
    assert.equal(Array.from({ length: 9 }, () => budget.take()).filter(Boolean).length, 4);
  });

  it("repeat what is idempotent by method or by key", () => {
    assert.ok(
      isRepeatable("GET", undefined) && isRepeatable("DELETE", undefined) && isRepeatable("POST", "k"),
    );
    assert.ok(!isRepeatable("POST", undefined) && !isRepeatable("PATCH", ""));
  });

  it("pass on no header that is for one hop, listed ones included", () => {
    const given = {
      connection: "close, X-Secret",
      "keep-alive": "5",
      "x-secret": "1",
      te: "x",
      upgrade: "h2",
      a: "1",
      host: "h",
    };
    assert.deepEqual(requestHeaders({ ...given, "x-user-id": "root" }, new Set(["x-user-id"])), { a: "1" });
    const back = { a: "1", host: "h", "content-length": "3" };
    assert.deepEqual(
      responseHeaders({ ...given, "content-length": "3", "set-cookie": ["x", "y"], "x-request-id": "r" }),
      back,
    );
  });
});
