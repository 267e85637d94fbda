import assert from "node:assert/strict";
import { Leases } from "../../../../services/trading/saga/leases.ts";
import type { LeaseView } from "../../../../services/trading/saga/ports.ts";
import { leaseOf } from "../../../../services/trading/saga/shard.ts";

describe("leases", () => {
  /** How long it is until the heartbeat after one that saw these leases, and what was claimed by the first. */
  async function afterSeeing(leases: LeaseView[]): Promise<{ pause: number; claimed: string[] }> {
    const { pauses, claimed } = await run([leases]);
    return { pause: pauses[0] ?? Number.NaN, claimed };
  }

  /** Plays one heartbeat for each view, which fails where there is none. */
  async function run(views: (LeaseView[] | undefined)[]): Promise<{ pauses: number[]; claimed: string[] }> {
    const claimed: string[] = [];
    const pauses: number[] = [];
    const errors: unknown[] = [];
    await new Promise<void>((resolve) => {
      const store = {
        beat: async () => {
          const leases = views[pauses.length];
          if (!leases) throw new Error("away");
          return { members: 2, leases };
        },
        claim: async (_: string, names: string[]) => {
          claimed.push(...names);
          return names.map((name) => ({ name, epoch: 2 }));
        },
        release: async () => undefined,
      };
      const clock = {
        now: () => 0,
        sleep: (ms: number) => {
          pauses.push(ms);
          if (pauses.length < views.length) return Promise.resolve();
          resolve();
          return new Promise<void>(() => undefined);
        },
      };
      const hooks = { onGained: () => undefined, onLost: () => undefined, onGive: async () => undefined };
      const own = {
        owner: "trading-1/a",
        backlog: () => new Map(),
        onError: (error: unknown) => errors.push(error),
      };
      new Leases({ store, clock, random: () => 0, ...hooks, ...own }).start();
    });
    assert.equal(errors.length, views.filter((view) => !view).length);
    return { pauses, claimed };
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

  it("are not asked for over and over while the database is away, whatever was seen before", async () => {
    const { pauses } = await run([[others(20)], undefined, undefined, [others(20)]]);
    assert.deepEqual(pauses, [20, 900, 900, 20]);
  });
});
