import assert from "node:assert/strict";
import type { Report } from "../../../services/trading/exchange/port.ts";
import type { SagaStore } from "../../../services/trading/saga/ports.ts";
import { shardOf } from "../../../services/trading/saga/shard.ts";
import { type OrderState, type PlacedOrder, placed } from "../../../services/trading/saga/state.ts";
import { Tenure } from "../../../services/trading/saga/tenure.ts";

const ORDER: PlacedOrder = {
  id: "01a1fded-7ad5-79aa-a5f0-189b4cc8a301",
  userId: "ana",
  symbol: "BHP",
  side: "buy",
  type: "market",
  quantity: 10,
  limitPrice: undefined,
  worst: 50_000,
  createdAt: 1_800_000_000_000,
};

describe("a tenure", () => {
  it("does not work an order again that ended while its shard was being read", async () => {
    const submitted: string[] = [];
    let found: (states: OrderState[]) => void = () => undefined;
    const store: SagaStore = {
      load: () => new Promise((resolve) => (found = resolve)),
      placedSince: async () => [],
      read: async () => [],
      cancellations: async () => [],
      settleCancellations: async () => undefined,
      commit: async () => undefined,
      openChain: async () => ({ chain: 1, hash: Buffer.alloc(32) }),
    };
    const ended: string[] = [];
    const reservations = { reserve: async () => "reserved" as const };
    const exchange = (report: (group: Report[]) => void) => ({
      submit({ id }: { id: string }) {
        submitted.push(id);
        report([
          { orderId: id, type: "fill", fill: { id: `${submitted.length}`, quantity: 10, price: 45_000 } },
        ]);
      },
      cancel: () => undefined,
      restore: () => undefined,
      forget: () => undefined,
      close: () => undefined,
    });
    let stored: () => void = () => undefined;
    const end = new Promise<void>((resolve) => (stored = resolve));
    const tenure = new Tenure({
      store,
      cash: reservations,
      holdings: reservations,
      clock: { now: () => ORDER.createdAt, sleep: () => new Promise(() => undefined) },
      random: Math.random,
      exchange,
      writer: "test",
      maxBatch: 500,
      onDoubt: (error) => assert.fail(String(error)),
      onStored: (_, orders) => {
        ended.push(...orders.map(({ state }) => state.order.id));
        stored();
      },
    });
    const held = tenure.hold(shardOf(ORDER.symbol), 1);
    tenure.take(placed(ORDER));
    await end;
    // The statement saw it before it ended, and is answered after.
    found([placed(ORDER)]);
    await held;
    await new Promise(setImmediate);
    assert.equal(tenure.size, 0);
    assert.deepEqual(submitted, [ORDER.id]);
    assert.deepEqual(ended, [ORDER.id]);
  });
});
