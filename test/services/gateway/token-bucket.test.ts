import assert from "node:assert/strict";
import fc from "fast-check";
import { TokenBuckets } from "../../../services/gateway/rate-limit.ts";

describe("token buckets", () => {
  it("let through at most the burst and the rate, in any span of time", () => {
    const steps = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 100 });
    const limits = fc.record({
      perSecond: fc.integer({ min: 1, max: 50 }),
      burst: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(steps, limits, (steps, limit) => {
        const buckets = new TokenBuckets(limit);
        const allowed: number[] = [];
        let now = 0;
        for (const step of steps) {
          now += step;
          const { allowed: yes, waitSeconds } = buckets.take("ana", now);
          if (yes) allowed.push(now);
          else assert.equal(new Date(waitSeconds).getTime() > 0, true);
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

  it("give one more after the seconds that they say", () => {
    const buckets = new TokenBuckets({ perSecond: 0.3, burst: 1 });
    assert.equal(buckets.take("ana", 0).allowed, true);
    const { allowed, waitSeconds } = buckets.take("ana", 10);
    assert.equal(allowed, false);
    assert.equal(buckets.take("ana", 10 + waitSeconds * 1000).allowed, true);
  });

  it("are one for each user, and not endlessly many", () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, 10);
    for (let i = 0; i < 100; i += 1) assert.equal(buckets.take(`user ${i}`, 0).allowed, true);
    assert.equal(buckets.size, 10);
    assert.equal(buckets.take("user 99", 0).allowed, false);
  });
});
