import assert from "node:assert/strict";
import { Detector } from "../../../../services/guard/core/evidence.ts";
import { poisson, random } from "../world.ts";

/** Seconds until a detector reaches a level while the zones are alike; the longest that is waited for where it doesn't. */
function runLength(seed: number, level: number, rate: number, most: number): number {
  const next = random(seed);
  const detector = new Detector(level + 5);
  for (let second = 1; second <= most; second += 1) {
    detector.add(poisson(rate, next), poisson(2 * rate, next), 1 / 3);
    if (detector.level >= level) return second;
  }
  return most;
}

describe("evidence against a zone", function () {
  this.timeout(60_000);

  it("takes e^level seconds on average, at least, to reach a level while the zones are alike", () => {
    const level = Math.log(2000);
    const runs = Array.from({ length: 40 }, (_, seed) => runLength(seed + 1, level, 0.3, 20_000));
    const mean = runs.reduce((sum, one) => sum + one, 0) / runs.length;
    console.log(`      mean of ${runs.length} runs: ${Math.round(mean)} s, promised: 2000 s`);
    assert.ok(mean >= 2000, `${mean} s`);
  });

  it("doesn't grow with a rate that all zones have, nor with one zone's share of the requests", () => {
    const next = random(7);
    const detector = new Detector(30);
    for (let second = 0; second < 600; second += 1) detector.add(poisson(80, next), poisson(20, next), 0.8);
    assert.ok(detector.level < Math.log(600) + 2, `${detector.level}`);
    assert.ok(!detector.lasts);
  });

  it("lasts only while several of the last seconds are bad", () => {
    const detector = new Detector(30);
    for (let second = 0; second < 3; second += 1) detector.add(30, 0, 1 / 3);
    assert.ok(detector.level > 10 && !detector.lasts);
    detector.add(30, 0, 1 / 3);
    assert.ok(detector.lasts);
    for (let second = 0; second < 5; second += 1) detector.add(0, 0, 1 / 3);
    assert.ok(!detector.lasts);
    detector.clear();
    assert.equal(detector.level, Number.NEGATIVE_INFINITY);
  });
});
