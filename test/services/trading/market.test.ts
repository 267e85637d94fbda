import assert from "node:assert/strict";
import { type OrdersArgs, ordersApi } from "../../../services/trading/api.ts";
import { asxHours } from "../../../services/trading/exchange/hours.ts";

describe("GET /api/market", () => {
  const ask = async (args: Partial<OrdersArgs>) => {
    const app = ordersApi({ reader: {} as OrdersArgs["reader"], onCancel: () => undefined, ...args });
    const response = await app.request("/api/market", { headers: { "x-user-id": "ann" } });
    assert.equal(response.status, 200);
    return (await response.json()) as Record<string, string | boolean | null>;
  };

  it("says that an exchange without hours is open until the day ends", async () => {
    const { hours, open, opensAt, closesAt, now } = await ask({});
    assert.deepEqual([hours, open, opensAt], ["always", true, null]);
    assert.ok(String(closesAt) > String(now));
  });

  it("says when ASX opens next, and when that session closes", async () => {
    const closed = await ask({ hours: { ...asxHours, isOpen: () => false, openFrom: () => 1000 } });
    assert.deepEqual([closed.hours, closed.open, closed.opensAt], ["asx", false, "1970-01-01T00:00:01.000Z"]);
    const open = await ask({ hours: { ...asxHours, isOpen: () => true } });
    assert.deepEqual([open.open, open.opensAt], [true, null]);
  });
});
