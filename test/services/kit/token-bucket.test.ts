import assert from "node:assert/strict";
import fc from "fast-check";
import { TokenBucket } from "../../../services/kit/token-bucket.ts";

describe("a token bucket", () => {
  it("lets through at most the burst and the rate, in any span of time", () => {
    const steps = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 100 });
    const limits = fc.record({
      perSecond: fc.integer({ min: 1, max: 50 }),
      burst: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(steps, limits, (steps, limit) => {
        const bucket = new TokenBucket(limit, 0);
        const allowed: number[] = [];
        let now = 0;
        for (const step of steps) {
          now += step;
          if (bucket.take(now)) allowed.push(now);
          else assert.ok(bucket.waitSeconds() > 0 && bucket.remaining === 0);
        }
        for (const [i, from] of allowed.entries()) {
          for (const [j, to] of allowed.entries()) {
            const most = limit.burst + ((to - from) / 1000) * limit.perSecond;
            assert.ok(j - i + 1 <= most + 1e-6 || j < i);
          }
        }
      }),
    );
  });

  it("gives one more after the seconds that it says", () => {
    const bucket = new TokenBucket({ perSecond: 0.3, burst: 1 }, 0);
    assert.equal(bucket.take(0), true);
    assert.equal(bucket.take(10), false);
    assert.equal(bucket.take(10 + bucket.waitSeconds() * 1000), true);
  });
});
