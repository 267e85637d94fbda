import assert from "node:assert/strict";
import { Leases } from "../../../../services/trading/saga/leases.ts";
import type { LeaseView } from "../../../../services/trading/saga/ports.ts";
import { leaseOf, SHARDS } from "../../../../services/trading/saga/shard.ts";

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
        view: async () => ({ members: 2, leases: [] }),
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

  describe("of a process whose zone is shifted away", () => {
    /** Two processes that share a store's leases and members. */
    function fixture() {
      const owners = new Map<string, string>();
      const members = new Set<string>();
      const names = [...Array.from({ length: SHARDS }, (_, shard) => leaseOf(shard)), "feed", "upkeep"];
      const view = async () => ({
        members: members.size,
        leases: names.map((name) => ({ name, owner: owners.get(name), epoch: 1, leftMs: 3000, backlog: 0 })),
      });
      const store = {
        view,
        beat: async (owner: string) => {
          members.add(owner);
          return view();
        },
        claim: async (owner: string, wanted: string[]) => {
          const free = wanted.filter((name) => !owners.has(name));
          for (const name of free) owners.set(name, owner);
          return free.map((name) => ({ name, epoch: 2 }));
        },
        release: async (owner: string, given?: string[]) => {
          for (const name of given ?? names) if (owners.get(name) === owner) owners.delete(name);
          if (!given) members.delete(owner);
        },
      };
      const given: string[] = [];
      const make = (owner: string) =>
        new Leases({
          ...{ store, owner, random: () => 0, backlog: () => new Map() },
          clock: { now: () => 0, sleep: async () => undefined },
          ...{ onGained: () => undefined, onLost: () => undefined },
          onGive: async (name) => void given.push(name),
          onError: (error) => assert.fail(String(error)),
        });
      return { owners, given, one: make("trading-1/a"), other: make("trading-2/b") };
    }
    const held = (leases: Leases) => leases.held.map(({ name }) => name);

    it("go to those of other zones, shards and tasks, and come back when it is over", async () => {
      const { owners, given, one, other } = fixture();
      await one.beat();
      await other.beat();
      assert.ok(held(one).includes("feed"));
      one.setAway(true);
      const before = held(one);
      await one.beat();
      assert.deepEqual([held(one), given.toSorted()], [[], before.toSorted()]);
      await other.beat();
      assert.equal(owners.size, SHARDS + 2);
      assert.deepEqual([...new Set(owners.values())], ["trading-2/b"]);
      await one.beat();
      assert.deepEqual(held(one), []);
      one.setAway(false);
      for (let i = 0; i < SHARDS; i += 1) {
        await one.beat();
        await other.beat();
      }
      const shards = held(one).filter((name) => name !== "feed" && name !== "upkeep");
      assert.equal(shards.length, SHARDS / 2);
    });

    it("stay with it as long as there is nobody else", async () => {
      const { owners, given, one } = fixture();
      one.setAway(true);
      await one.beat();
      await one.beat();
      assert.deepEqual([owners.size, given], [SHARDS + 2, []]);
    });
  });
});
