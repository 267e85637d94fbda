import assert from "node:assert/strict";
import { HOSTILE } from "./hostile.ts";
import { PEERS } from "./peers.ts";
import { ours, quantileOf, replayFault, replayHour } from "./replay.ts";
import type { Health } from "./world.ts";

/** Days of hostile hours: 30 take a quarter of an hour. */
const DAYS = Number(process.env.GUARD_DAYS ?? 1);
const SEEDS = 40;

const FAULTS: Record<string, { health: Partial<Health>; median: number; p95: number }> = {
  "errors of 5 %": { health: { errorShare: 0.05 }, median: 5, p95: 10 },
  "requests that take three times as long": {
    health: { slowShare: 1, slowFactor: 3 },
    median: 5,
    p95: 10,
  },
  "errors of 1 %": { health: { errorShare: 0.01 }, median: 45, p95: 45 },
};

/** Hours in which something was wrong once. */
const KNOWN: Record<string, number[]> = { flapping: [5875, 30300] };

/** Seconds until the right zone was shifted; throws where another was, or none. */
function detections(health: Partial<Health>): number[] {
  return Array.from({ length: SEEDS }, (_, seed) => {
    const [found] = replayFault(health, seed * 101 + 7, [ours()]);
    assert.ok(
      found?.isRight,
      `seed ${seed}: ${found ? "another zone, or before the fault" : "nothing found"}`,
    );
    return found.seconds;
  });
}

describe("the guard's decisions on replayed hours", function () {
  this.timeout(DAYS * 240_000);

  for (const [name, { health, median, p95 }] of Object.entries(FAULTS)) {
    it(`finds ${name} in the right zone in time, at 100 requests/s a zone`, () => {
      const seconds = detections(health);
      const [half, most] = [quantileOf(seconds, 0.5), quantileOf(seconds, 0.95)];
      console.log(`      ${name}: median ${half} s, 95th percentile ${most} s of ${SEEDS} seeds`);
      assert.ok(half <= median, `a median of ${half} s`);
      assert.ok(most <= p95, `a 95th percentile of ${most} s`);
    });
  }

  for (const name of Object.keys(HOSTILE)) {
    it(`shifts nothing in ${3 * DAYS} hours of ${name}, and refuses for the right reason`, () => {
      const hours = Array.from({ length: 3 * DAYS }, (_, hour) => hour * 977 + 13);
      for (const seed of [...hours, ...(KNOWN[name] ?? [])]) {
        const { expected, needed, outcomes } = replayHour(name, seed, [ours()]);
        const { shift, refusals } = outcomes[0] as (typeof outcomes)[number];
        assert.equal(shift, undefined, `seed ${seed}: shifted ${shift?.zone} at second ${shift?.at}`);
        const wrong = [...refusals].filter((one) => !expected.includes(one));
        assert.deepEqual(wrong, [], `seed ${seed}`);
        if (needed) assert.ok(refusals.has(needed), `seed ${seed}: it wasn't refused as ${needed}`);
      }
    });
  }

  it("is ahead of the published methods: sooner, without misses, and without false shifts", () => {
    const seeds = Array.from({ length: 5 }, (_, seed) => seed);
    const all = (seed: number) => [ours(), ...Object.values(PEERS).map((make) => make(seed))];
    const names = ["ours", ...Object.keys(PEERS)];
    const cells = names.map(() => [] as string[]);
    for (const { health } of Object.values(FAULTS)) {
      const rows = seeds.map((seed) => replayFault(health, seed * 307 + 5, all(seed)));
      const medians = names.map((_, index) => {
        const found = rows.flatMap((row) => (row[index]?.isRight ? [row[index].seconds] : []));
        const missed = seeds.length - found.length;
        cells[index]?.push(
          `${missed < seeds.length ? `${quantileOf(found, 0.5)} s` : "-"}, ${missed} missed`,
        );
        return { median: missed < seeds.length ? quantileOf(found, 0.5) : Number.POSITIVE_INFINITY, missed };
      });
      const [own, ...others] = medians;
      assert.equal(own?.missed, 0);
      for (const { median } of others) assert.ok((own?.median ?? median) < median);
    }
    const falseShifts = names.map(() => 0);
    for (const name of Object.keys(HOSTILE)) {
      const { outcomes } = replayHour(name, 4711, all(1));
      for (const [index, { shift }] of outcomes.entries())
        if (shift) falseShifts[index] = (falseShifts[index] ?? 0) + 1;
    }
    assert.equal(falseShifts[0], 0);
    for (const [index, name] of names.entries())
      console.log(`      ${name}: ${cells[index]?.join("; ")}; ${falseShifts[index]} false in 8 hours`);
  });
});
