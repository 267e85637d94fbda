import assert from "node:assert/strict";
import fc from "fast-check";
import { Histogram, Registry } from "prom-client";
import { BucketHistogram } from "../../../../services/news/watch/bucket-histogram.ts";

describe("the histogram of predictions", () => {
  it("writes what prom-client's writes, whatever is observed", async () => {
    const Observation = fc.record({
      value: fc.oneof(fc.constantFrom(0.1, 0.5, 1, 0), fc.double({ min: 0, max: 3, noNaN: true })),
      variant: fc.constantFrom("current", "canary"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(Observation, { maxLength: 50 }), async (observations) => {
        const args = { name: "seconds", help: "of a text", buckets: [0.1, 0.5, 1] };
        const [ours, theirs] = [new Registry(), new Registry()];
        const histogram = new BucketHistogram(ours, args);
        const peer = new Histogram({ ...args, labelNames: ["variant"], registers: [theirs] });
        for (const { value, variant } of observations) {
          histogram.of({ variant }).observe(value);
          peer.observe({ variant }, value);
        }
        const lines = async (registry: Registry) => (await registry.metrics()).trim().split("\n").sort();
        assert.deepEqual(await lines(ours), await lines(theirs));
      }),
    );
  });
});
