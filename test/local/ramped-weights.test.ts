import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import fc from "fast-check";
import type { Weights } from "../../local/arc/index.ts";
import { RampedWeights } from "../../local/ramped-weights.ts";

/** Shifts whose weights are set by hand, and a clock that is moved by hand. */
function fixture() {
  let weights: Weights = { balancer: { a: 1, b: 1 } };
  let now = 0;
  const shifts = new (class extends EventEmitter<{ change: [] }> {
    weights = () => weights;
  })();
  const ramped = new RampedWeights(shifts, () => now);
  return {
    ramped,
    set: (a: 0 | 1, b: 0 | 1) => {
      weights = { balancer: { a, b } };
      shifts.emit("change");
    },
    pass: (ms: number) => {
      now += ms;
      ramped.step();
    },
    of: (zone: "a" | "b") => ramped.weights().balancer?.[zone],
  };
}

describe("a zone's share of the traffic", () => {
  it("ends at once with a shift, and comes back step by step in 20 s", () => {
    const { ramped, set, pass, of } = fixture();
    let changes = 0;
    ramped.on("change", () => (changes += 1));
    set(1, 0);
    assert.deepEqual([of("a"), of("b"), changes], [1, 0, 1]);
    pass(60_000);
    assert.equal(of("b"), 0);
    set(1, 1);
    const seen = [of("b")];
    for (let i = 0; i < 4; i += 1) {
      pass(5000);
      seen.push(of("b"));
    }
    assert.deepEqual(seen, [0.25, 0.44, 0.63, 0.81, 1]);
    assert.equal(of("a"), 1);
    ramped.close();
  });

  it("is 0 whenever a shift is applied, else at least a quarter, and whole 20 s after the last", () => {
    const step = fc.record({
      zone: fc.constantFrom("a" as const, "b" as const),
      to: fc.constantFrom(0 as const, 1 as const),
      ms: fc.nat(15_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const { ramped, set, pass, of } = fixture();
        const now: { a: 0 | 1; b: 0 | 1 } = { a: 1, b: 1 };
        for (const { zone, to, ms } of steps) {
          now[zone] = to;
          set(now.a, now.b);
          for (const one of ["a", "b"] as const) {
            const share = of(one) ?? -1;
            assert.ok(now[one] === 0 ? share === 0 : share >= 0.25 && share <= 1);
          }
          const before = [of("a") ?? 0, of("b") ?? 0];
          pass(ms);
          assert.ok((of("a") ?? 0) >= (before[0] ?? 0) && (of("b") ?? 0) >= (before[1] ?? 0));
        }
        pass(20_000);
        assert.deepEqual(ramped.weights(), { balancer: now });
        ramped.close();
      }),
    );
  });
});
