import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import type { SagaStore } from "../../../../services/trading/saga/ports.ts";
import { leaseOf, SHARDS, shardOf } from "../../../../services/trading/saga/shard.ts";
import { placed } from "../../../../services/trading/saga/state.ts";
import { Worker } from "../../../../services/trading/saga/worker.ts";
import { ORDER } from "../support.ts";

describe("a worker", () => {
  it("finds an order that was stored long after its time, as by a pod that was frozen", async () => {
    let now = ORDER.createdAt;
    /** Time passes as it is slept through. */
    const clock = {
      now: () => now,
      sleep: async (ms: number) => {
        now += ms;
        await turn();
      },
    };
    const owner = "trading-1/a";
    const mine = Array.from({ length: SHARDS }, (_, shard) => ({ name: leaseOf(shard), epoch: 1 }));
    const leases = {
      beat: async () => ({
        members: 1,
        leases: mine.map((lease) => ({ ...lease, owner, leftMs: 3000, backlog: 0 })),
      }),
      claim: async () => mine,
      release: async () => undefined,
      view: async () => ({ members: 1, leases: [] }),
    };
    const { id, symbol, createdAt } = ORDER;
    const shard = shardOf(symbol);
    const isStored = () => now > createdAt + 30_000;
    const store: SagaStore = {
      load: async () => [],
      placedSince: async (shards, sinceMs) =>
        isStored() && shards.includes(shard) && createdAt >= sinceMs ? [{ shard, id, createdAt }] : [],
      read: async () => [placed(ORDER)],
      cancellations: async () => [],
      settleCancellations: async () => undefined,
      commit: async () => undefined,
      openChain: async () => ({ chain: 1, hash: Buffer.alloc(32) }),
    };
    let worker: Worker | undefined;
    const reserved = await new Promise<number>((resolve, reject) => {
      const never = new Promise<never>(() => undefined);
      const reserve = () => {
        resolve(now);
        return never;
      };
      worker = new Worker({
        ...{ store, leases, owner, clock, random: Math.random, writer: "test", maxBatch: 500 },
        ...{ cash: { reserve }, holdings: { reserve }, onStored: () => undefined, onTask: () => undefined },
        exchange: () => ({
          ...{ submit: () => undefined, cancel: () => undefined, restore: () => undefined },
          ...{ forget: () => undefined, close: () => undefined },
        }),
        onError: reject,
      });
      worker.start();
    });
    await worker?.stop();
    assert.ok(reserved < createdAt + 50_000, `after ${reserved - createdAt} ms`);
  });
});
