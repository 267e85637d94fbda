import assert from "node:assert/strict";
import fc from "fast-check";
import { Streak } from "../../../../local/pods/container/prober.ts";

describe("probe results", () => {
  it("are counted in a row against their thresholds", () => {
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
});
