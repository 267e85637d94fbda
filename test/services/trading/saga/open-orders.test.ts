import assert from "node:assert/strict";
import type { Clock } from "../../../../services/trading/clock.ts";
import type { Report } from "../../../../services/trading/exchange/port.ts";
import {
  type Ended,
  OpenOrders,
  type OpenOrdersArgs,
} from "../../../../services/trading/saga/open-orders.ts";
import type { SagaStore } from "../../../../services/trading/saga/ports.ts";
import { shardOf } from "../../../../services/trading/saga/shard.ts";
import { type OrderState, placed } from "../../../../services/trading/saga/state.ts";
import { ORDER } from "../support.ts";

type Given = Pick<OpenOrdersArgs, "clock" | "cash"> & { load?: SagaStore["load"] };

/** A openOrders whose exchange fills at once, over a database that stores at once. */
function open({ clock, cash, load = async () => [] }: Given) {
  const submitted: string[] = [];
  const ended: Ended[] = [];
  let settle: () => void = () => undefined;
  const end = new Promise<void>((resolve) => (settle = resolve));
  const store: SagaStore = {
    load,
    placedSince: async () => [],
    read: async () => [],
    cancellations: async () => [],
    settleCancellations: async () => undefined,
    commit: async () => undefined,
    openChain: async () => ({ chain: 1, hash: Buffer.alloc(32) }),
  };
  const exchange = (report: (group: Report[]) => void) => ({
    submit({ id }: { id: string }) {
      submitted.push(id);
      const fill = { id: `${submitted.length}`, quantity: 10, price: 45_000 };
      report([{ orderId: id, type: "fill", fill }]);
    },
    cancel: () => undefined,
    restore: () => undefined,
    forget: () => undefined,
    close: () => undefined,
  });
  const openOrders = new OpenOrders({
    ...{ store, cash, holdings: cash, clock, exchange, random: Math.random, writer: "test", maxBatch: 500 },
    onOutcomeUnknown: (error) => assert.fail(String(error)),
    onStored: (_, orders) => {
      ended.push(...orders);
      settle();
    },
  });
  return { openOrders, submitted, ended, end };
}

/** Time passes only where somebody waits. */
function clockAt(now: number): Clock {
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
}

describe("the open orders of a pod", () => {
  it("does not work an order again that ended while its shard was being read", async () => {
    let found: (states: OrderState[]) => void = () => undefined;
    const { openOrders, submitted, ended, end } = open({
      clock: clockAt(ORDER.createdAt),
      cash: { reserve: async () => "reserved" },
      load: () => new Promise((resolve) => (found = resolve)),
    });
    const held = openOrders.hold(shardOf(ORDER.symbol), 1);
    openOrders.take(placed(ORDER));
    await end;
    // The statement saw it before it ended, and is answered after.
    found([placed(ORDER)]);
    await held;
    await new Promise(setImmediate);
    assert.equal(openOrders.size, 0);
    assert.deepEqual(submitted, [ORDER.id]);
    assert.deepEqual(
      ended.map(({ state }) => state.order.id),
      [ORDER.id],
    );
  });

  /** How an order ends that was taken so long after it was placed, when the ledger answers after so many tries. */
  async function endOf(lateMs: number, failures: number): Promise<{ end: string; tries: number }> {
    let tries = 0;
    const reserve = async () => {
      tries += 1;
      if (tries <= failures) throw new Error("not up yet");
      return "reserved" as const;
    };
    const clock = clockAt(ORDER.createdAt + lateMs);
    const { openOrders, ended, end } = open({ clock, cash: { reserve } });
    await openOrders.hold(shardOf(ORDER.symbol), 1);
    openOrders.take(placed(ORDER));
    await end;
    return { end: ended[0]?.end ?? "", tries };
  }

  it("fills an order that waited for the platform's restart, though the ledger comes back a little later", async () => {
    assert.deepEqual(await endOf(0, 5), { end: "filled", tries: 6 });
    assert.deepEqual(await endOf(30_000, 5), { end: "filled", tries: 6 });
  });

  it("gives an order up that can't be reserved for long, or was found too late for its market", async () => {
    for (const lateMs of [0, 30_000, 59_000]) {
      const { end, tries } = await endOf(lateMs, Number.POSITIVE_INFINITY);
      assert.equal(end, "rejected");
      assert.ok(tries > 1, `${tries} tries`);
    }
    assert.deepEqual(await endOf(61_000, 0), { end: "rejected", tries: 0 });
  });
});
