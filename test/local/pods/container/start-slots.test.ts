import assert from "node:assert/strict";
import { StartSlots } from "../../../../local/pods/container/start-slots.ts";

describe("start slots", () => {
  it("let no more than so many start at once, in turn, and forget who gave up", async () => {
    const slots = new StartSlots(2);
    const { signal } = new AbortController();
    const [first, second] = await Promise.all([slots.take(signal), slots.take(signal)]);
    const order: string[] = [];
    const inTurn = async (name: string) => {
      const release = await slots.take(signal);
      order.push(name);
      return release;
    };
    const impatient = new AbortController();
    const third = slots.take(impatient.signal);
    const fourth = inTurn("fourth");
    const fifth = inTurn("fifth");
    impatient.abort(new Error("gave up"));
    await assert.rejects(third, /gave up/);
    assert.deepEqual(order, []);
    first();
    first();
    const release = await fourth;
    assert.deepEqual(order, ["fourth"], "given back twice, it lets in one");
    second();
    const last = await fifth;
    for (const one of [release, last]) one();
    await slots.take(signal).then((one) => one());
  });

  it("start fewer at once after a resize, and more again after another", async () => {
    const slots = new StartSlots(2);
    const { signal } = new AbortController();
    const held = await Promise.all([slots.take(signal), slots.take(signal)]);
    slots.resize(1);
    let entered = 0;
    const more = [1, 2, 3].map(async () => {
      const release = await slots.take(signal);
      entered += 1;
      return release;
    });
    held[0]?.();
    await new Promise(setImmediate);
    assert.equal(entered, 0, "the one that is left fills it");
    held[1]?.();
    await more[0];
    await new Promise(setImmediate);
    assert.equal(entered, 1);
    slots.resize(3);
    await Promise.all(more);
  });
});
