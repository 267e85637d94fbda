import assert from "node:assert/strict";
import fc from "fast-check";
import {
  atLeast,
  binomialTail,
  chiSquaredTail,
  median,
  normalTail,
  populationStability,
  sameDistribution,
} from "../../../../services/news/watch/statistics.ts";

const isWithin = (actual: number, expected: number, within = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual}, not ${expected}`);

const counts = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 12 });
const pairs = counts.chain((one) =>
  fc.tuple(
    fc.constant(one),
    fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: one.length, maxLength: one.length }),
  ),
);

describe("statistics of drift", () => {
  it("agree with published quantiles", () => {
    for (const [x, degrees, p] of [
      [3.841459, 1, 0.05],
      [5.991465, 2, 0.05],
      [7.814728, 3, 0.05],
      [20.090235, 8, 0.01],
      [27.877165, 9, 0.001],
      [66.338649, 49, 0.05],
    ] as const)
      isWithin(chiSquaredTail(x, degrees), p, 1e-6);
    isWithin(normalTail(1.959964), 0.025, 1e-6);
    isWithin(normalTail(3.090232), 0.001, 1e-6);
    isWithin(normalTail(-1), 0.8413447, 1e-6);
    isWithin(binomialTail(2, 10, 0.1), 0.2639011, 1e-6);
    // 20 of 100, 95 %.
    isWithin(atLeast(20, 100, 1.959964), 0.1333669, 1e-6);
    isWithin(
      populationStability([5000, 5000], [6000, 4000]),
      0.1 * Math.log(1.2) - 0.1 * Math.log(0.8),
      1e-4,
    );
    assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5]);
  });

  it("an index is never negative, is nothing for the same shares, and is the same from both sides", () => {
    fc.assert(
      fc.property(pairs, ([one, other]) => {
        isWithin(populationStability(one, one), 0, 1e-12);
        assert.ok(populationStability(one, other) >= -1e-12);
        isWithin(populationStability(one, other), populationStability(other, one), 1e-9);
      }),
    );
  });

  it("a p-value lies from 0 to 1, whatever is counted", () => {
    fc.assert(
      fc.property(pairs, ([one, other]) => {
        const p = sameDistribution(one, other);
        assert.ok(p >= 0 && p <= 1, String(p));
        isWithin(p, sameDistribution(other, one), 1e-9);
        isWithin(sameDistribution(one, one), 1, 1e-9);
      }),
    );
  });

  it("a tail falls as its value grows", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 200, noNaN: true }),
        fc.integer({ min: 1, max: 49 }),
        (x, degrees) => {
          const tail = chiSquaredTail(x, degrees);
          assert.ok(tail >= 0 && tail <= 1 && chiSquaredTail(x + 1, degrees) <= tail + 1e-7);
        },
      ),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }), (a, b) => {
        const hits = Math.min(a, b);
        const low = atLeast(hits, Math.max(a, b, 1), 3);
        assert.ok(low >= 0 && low <= hits / Math.max(a, b, 1) + 1e-12);
      }),
    );
  });
});
