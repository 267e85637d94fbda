import assert from "node:assert/strict";
import { Leases } from "../../../services/trading/saga/leases.ts";
import type { LeaseView } from "../../../services/trading/saga/ports.ts";
import { leaseOf } from "../../../services/trading/saga/shard.ts";

describe("leases", () => {
  /** How long it is until the heartbeat after one that saw these leases, and what was claimed by the first. */
  async function afterSeeing(leases: LeaseView[]): Promise<{ pause: number; claimed: string[] }> {
    const claimed: string[] = [];
    const pause = await new Promise<number>((resolve, reject) => {
      const store = {
        beat: async () => ({ members: 2, leases }),
        claim: async (_: string, names: string[]) => {
          claimed.push(...names);
          return names.map((name) => ({ name, epoch: 2 }));
        },
        release: async () => undefined,
      };
      const clock = {
        now: () => 0,
        sleep: (ms: number) => {
          resolve(ms);
          return new Promise<void>(() => undefined);
        },
      };
      const hooks = { onGained: () => undefined, onLost: () => undefined, onGive: async () => undefined };
      const own = { owner: "trading-1/a", backlog: () => new Map(), onError: reject };
      new Leases({ store, clock, random: () => 0, ...hooks, ...own }).start();
    });
    return { pause, claimed };
  }
  const others = (leftMs: number) => ({
    ...{ name: leaseOf(3), owner: "trading-2/b", epoch: 1, backlog: 0 },
    leftMs,
  });

  it("are looked after once a second while others renew theirs", async () => {
    assert.deepEqual(await afterSeeing([others(2100)]), { pause: 900, claimed: [] });
  });

  it("are taken as soon as another's runs out, which nobody renews", async () => {
    const { pause, claimed } = await afterSeeing([others(300)]);
    assert.deepEqual(claimed, []);
    assert.ok(pause >= 300 && pause <= 350, `the next heartbeat is after ${pause} ms`);
    assert.deepEqual(await afterSeeing([others(-5)]), { pause: 900, claimed: [leaseOf(3)] });
  });
});
