import assert from "node:assert/strict";
import fc from "fast-check";
import { Backoff } from "../../local/backoff.ts";
import { RESTARTS } from "../../local/pods/pod.ts";

describe("back-off", () => {
  it("waits longer after each failure up to a limit, and not at all after a healthy run", () => {
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

  it("waits before the first retry, too, where nothing says otherwise, and begins anew when it is reset", () => {
    const backoff = new Backoff({ firstMs: 50, maxMs: 150, random: () => 0 });
    assert.deepEqual([backoff.next(), backoff.next(), backoff.next(9_000_000)], [50, 100, 150]);
    backoff.reset();
    assert.equal(backoff.next(), 50);
  });
});
