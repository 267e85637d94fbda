import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { GroupCommit, QueueFull } from "../../../services/kit/group-commit.ts";

/** Commits that end when they are told to. */
function byHand() {
  const batches: number[][] = [];
  const ends: (() => void)[] = [];
  const commit = (items: number[]) => {
    batches.push(items);
    return new Promise<number[]>((resolve) => {
      ends.push(() => resolve(items.map((item) => item * 10)));
    });
  };
  return { batches, commit, end: () => ends.shift()?.() };
}

describe("group commit", () => {
  it("takes one at once, and what comes meanwhile together", async () => {
    const { batches, commit, end } = byHand();
    const group = new GroupCommit(commit, { maxBatch: 3 });
    const results = [1, 2, 3, 4, 5].map((item, i) => {
      const result = group.add(item);
      return i === 0 ? Promise.resolve().then(() => result) : result;
    });
    await Promise.resolve();
    assert.deepEqual(batches, [[1, 2, 3]]);
    end();
    await results[0];
    await new Promise(setImmediate);
    assert.deepEqual(batches, [
      [1, 2, 3],
      [4, 5],
    ]);
    end();
    assert.deepEqual(await Promise.all(results), [10, 20, 30, 40, 50]);
    assert.ok(group.idle);
  });

  it("refuses what is too much, and tells everyone of a batch why it failed", async () => {
    const group = new GroupCommit<number, number>(() => Promise.reject(new Error("away")), { maxWaiting: 2 });
    const [first, second, third] = [1, 2, 3].map((item) => group.add(item).catch((error: Error) => error));
    assert.ok((await third) instanceof QueueFull);
    assert.equal(((await first) as Error).message, "away");
    assert.equal(await first, await second);
  });

  it("holds the next while it is asked to, but not for longer than it may, and none that comes alone", async () => {
    let held = true;
    const commits: number[][] = [];
    const commit = async (items: number[]) => {
      commits.push(items);
      return items;
    };
    const group = new GroupCommit(commit, { isHeld: () => held, maxRestMs: 60_000 });
    await Promise.all([group.add(1), group.add(2)]);
    const next = group.add(3);
    await sleep(20);
    assert.deepEqual(commits, [[1, 2]]);
    held = false;
    await next;
    held = true;
    await group.add(4);
    assert.deepEqual(commits, [[1, 2], [3], [4]]);

    const hasty = new GroupCommit(commit, { isHeld: () => true, maxRestMs: 5 });
    await Promise.all([hasty.add(5), hasty.add(6)]);
    const since = performance.now();
    await hasty.add(7);
    assert.ok(performance.now() - since >= 4);
  });
});
