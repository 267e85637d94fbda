import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { Backoff } from "../../../local/backoff.ts";
import { Streak } from "../../../local/pods/container/probe-results.ts";
import { StartSlots } from "../../../local/pods/container/start-slots.ts";
import { RESTARTS } from "../../../local/pods/pod.ts";
import { quantity } from "../../../local/pods/spec/quantity.ts";

describe("the parts of pods", () => {
  it("wait longer after each failure up to a limit, and not at all after a healthy run", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(59_999), { maxLength: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (runs, random) => {
          const backoff = new Backoff({ ...RESTARTS, random: () => random });
          const waits = runs.map((ranMs) => backoff.next(ranMs));
          waits.forEach((wait, index) => {
            const full = index === 0 ? 0 : Math.min(30_000, 1000 * 2 ** (index - 1));
            assert.ok(wait <= full && wait >= 0.8 * full);
          });
          assert.equal(backoff.next(60_000), 0);
        },
      ),
    );
  });

  it("read Kubernetes's quantities", () => {
    const cases: [string | number, number][] = [
      ["128Mi", 134_217_728],
      ["1Gi", 2 ** 30],
      ["1.5", 1.5],
      ["250m", 0.25],
      ["1e3", 1000],
      ["2k", 2000],
      [0.5, 0.5],
      ["1E", 1e18],
      ["1Ei", 2 ** 60],
    ];
    for (const [text, value] of cases) assert.equal(quantity(text), value);
    for (const wrong of ["", "Mi", "12 Mi", "1Mb", "1.2.3"])
      assert.throws(() => quantity(wrong), /is no quantity/);
  });

  it("count a probe's results in a row", () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean()),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        (results, successThreshold, failureThreshold) => {
          const streak = new Streak({ successThreshold, failureThreshold });
          results.forEach((ok, index) => {
            const threshold = ok ? successThreshold : failureThreshold;
            const last = results.slice(Math.max(0, index + 1 - threshold), index + 1);
            const reached = last.length === threshold && last.every((one) => one === ok);
            assert.equal(streak.record(ok), reached ? (ok ? "success" : "failure") : undefined);
          });
        },
      ),
    );
  });

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
});
