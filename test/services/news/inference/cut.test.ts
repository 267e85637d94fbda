import assert from "node:assert/strict";
import fc from "fast-check";
import { cutIntoRuns, RUN_TOKENS } from "../../../../services/news/inference/cut.ts";

const lengths = (maxLength: number) =>
  fc
    .array(fc.integer({ min: 2, max: 512 }), { minLength: 1, maxLength })
    .map((values) => values.sort((a, b) => a - b));

/** What runs cost: as `cutIntoRuns` counts it. */
function costOf(sorted: readonly number[], runs: readonly number[]): number {
  let end = 0;
  return runs.reduce((total, size) => {
    end += size;
    return total + RUN_TOKENS + size * (sorted[end - 1] ?? 0);
  }, 0);
}

describe("cutting texts into runs", () => {
  it("puts each text into one run, and keeps to both bounds", () => {
    fc.assert(
      fc.property(
        lengths(300),
        fc.integer({ min: 64, max: 4096 }),
        fc.integer({ min: 1, max: 64 }),
        (sorted, budget, most) => {
          const runs = cutIntoRuns(sorted, budget, most);
          assert.equal(
            runs.reduce((sum, size) => sum + size, 0),
            sorted.length,
          );
          let end = 0;
          for (const size of runs) {
            end += size;
            assert.ok(size >= 1 && size <= most);
            assert.ok(size === 1 || size * (sorted[end - 1] ?? 0) <= budget);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("finds the cheapest way there is", () => {
    const all = (sorted: readonly number[]): number[][] =>
      sorted.length === 0
        ? [[]]
        : sorted.flatMap((_, i) => all(sorted.slice(i + 1)).map((rest) => [i + 1, ...rest]));
    fc.assert(
      fc.property(lengths(8), (sorted) => {
        const best = Math.min(...all(sorted).map((runs) => costOf(sorted, runs)));
        assert.equal(costOf(sorted, cutIntoRuns(sorted, 1e6, 1e6)), best);
      }),
      { numRuns: 100 },
    );
  });

  it("doesn't pad many short texts to one long one", () => {
    assert.deepEqual(cutIntoRuns([...Array(31).fill(8), 256], 2048, 256), [31, 1]);
  });
});
