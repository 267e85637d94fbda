import assert from "node:assert/strict";
import fc from "fast-check";
import type { OrderEvent } from "../../../services/market/order-events.ts";
import {
  type BatchState,
  bookEvents,
  costOf,
  type Holding,
  holdingKey,
} from "../../../services/portfolio/holdings.ts";

const KEY = holdingKey("ann", "BHP");

function event(side: "buy" | "sell", orderId: string, rest: Partial<OrderEvent>): OrderEvent {
  const at = "2026-01-05T00:00:00.000Z";
  const of = { position: "1.1.1", userId: "ann", symbol: "BHP", at, type: "fill" } as const;
  return { ...of, side, orderId, ...rest };
}

const fill = (quantity: number, cents: number) => ({
  fill: { id: "f", quantity, price: "1.00", amount: (cents / 100).toFixed(2) },
});

function stateOf(holding: Partial<Holding>, orders: Record<string, number> = {}): BatchState {
  const reservations = Object.entries(orders).map(
    ([id, quantity]) => [id, { state: "reserved" as const, quantity, sold: 0 }] as const,
  );
  return {
    holdings: new Map([[KEY, { quantity: 0, reserved: 0, cost: 0n, realised: 0n, ...holding }]]),
    reservations: new Map(reservations),
    changed: new Set(),
    suspense: [],
  };
}

describe("the state of holdings", () => {
  it("take the average cost from what is sold, and the rest when all is", () => {
    const state = stateOf({ reserved: 3 }, { s: 3 });
    bookEvents(state, [event("buy", "b", fill(3, 1000)), event("sell", "s", fill(1, 500))]);
    assert.deepEqual(state.holdings.get(KEY), { quantity: 2, reserved: 2, cost: 667n, realised: 167n });
    bookEvents(state, [event("sell", "s", fill(2, 500))]);
    assert.deepEqual(state.holdings.get(KEY), { quantity: 0, reserved: 0, cost: 0n, realised: 0n });
  });

  it("round a part of the cost half up to the cent, never beyond the cost", () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.bigInt({ min: 0n, max: 10n ** 15n }),
      (one, other, cost) => {
        const sold = Math.min(one, other);
        const quantity = Math.max(one, other);
        const part = costOf(sold, { quantity, cost });
        assert.ok(part >= 0n && part <= cost);
        const twice = 2n * (part * BigInt(quantity) - cost * BigInt(sold));
        if (sold < quantity) assert.ok(twice <= BigInt(quantity) && twice > -BigInt(quantity));
        else assert.equal(part, cost);
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });

  it("keep every share and every cent, whatever comes", () => {
    const step = fc.record({
      kind: fc.constantFrom("buy", "sell", "close", "reserve"),
      order: fc.integer({ min: 0, max: 4 }),
      quantity: fc.integer({ min: 1, max: 50 }),
      cents: fc.integer({ min: 0, max: 100_000 }),
    });
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const state = stateOf({});
      let [bought, sold, paid, got] = [0, 0, 0n, 0n];
      for (const { kind, order, quantity, cents } of steps) {
        const id = `o${order}`;
        const holding = state.holdings.get(KEY);
        assert.ok(holding);
        if (
          kind === "reserve" &&
          !state.reservations.has(id) &&
          holding.quantity - holding.reserved >= quantity
        ) {
          holding.reserved += quantity;
          state.reservations.set(id, { state: "reserved", quantity, sold: 0 });
        }
        if (kind === "buy") {
          bookEvents(state, [event("buy", "b", fill(quantity, cents))]);
          bought += quantity;
          paid += BigInt(cents);
        }
        if (kind === "sell") {
          const kept = state.suspense.length;
          bookEvents(state, [event("sell", id, fill(quantity, cents))]);
          if (state.suspense.length === kept) {
            sold += quantity;
            got += BigInt(cents);
          }
        }
        if (kind === "close") bookEvents(state, [event("sell", id, { type: "closed", closed: "cancelled" })]);
        const held = [...state.reservations.values()]
          .filter(({ state }) => state === "reserved")
          .reduce((sum, { quantity: all, sold: taken }) => sum + all - taken, 0);
        assert.equal(holding.reserved, held);
        assert.equal(holding.quantity, bought - sold);
        assert.ok(holding.quantity >= holding.reserved && holding.cost >= 0n);
        // What was paid is what the rest cost and what the sold cost.
        assert.equal(holding.cost + (got - holding.realised), paid);
      }
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("keep a sell that no reservation covers apart, and book the others", () => {
    const state = stateOf({ quantity: 10, reserved: 5, cost: 100n }, { s: 5 });
    bookEvents(state, [
      event("sell", "none", fill(1, 100)),
      event("sell", "s", fill(6, 100)),
      event("sell", "s", fill(5, 100)),
    ]);
    assert.deepEqual(
      state.suspense.map(({ orderId }) => orderId),
      ["none", "s"],
    );
    assert.equal(state.holdings.get(KEY)?.quantity, 5);
  });

  it("leave a released reservation where the end comes first, without a holding", () => {
    const state = stateOf({});
    state.holdings.clear();
    bookEvents(state, [event("sell", "late", { type: "closed", closed: "rejected" })]);
    assert.deepEqual(state.reservations.get("late"), { state: "released", quantity: 0, sold: 0 });
  });
});
