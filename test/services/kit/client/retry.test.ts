import assert from "node:assert/strict";
import { backoffMs, isRepeatable, RetryBudget } from "../../../../services/kit/client/retry.ts";

describe("retries", () => {
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
});
