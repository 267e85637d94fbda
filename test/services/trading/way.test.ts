import assert from "node:assert/strict";
import type { Order } from "../../../services/trading/order.ts";
import { BUY, type Market, startMarket } from "./market.ts";

describe("the way of an order", () => {
  let market: Market;
  before(async () => {
    market = await startMarket();
    await market.start();
  });
  after(() => market.stop());

  const place = async (order: object) => {
    const response = await market.place(order);
    assert.equal(response.status, 201);
    return (await response.json()) as Order;
  };

  it("leads a market order from acceptance over the reservation and the exchange to both books", async () => {
    const accepted = await place(BUY);
    assert.equal(accepted.status, "accepted");
    const filled = await market.ended(accepted.id);
    assert.equal(filled.status, "filled");
    assert.equal(filled.filledQuantity, 100);
    assert.match(filled.averagePrice ?? "", /^\d+\.\d{4}$/);
  });
});
