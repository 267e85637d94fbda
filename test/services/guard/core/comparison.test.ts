import assert from "node:assert/strict";
import { Comparison } from "../../../../services/guard/core/comparison.ts";
import { CLASSES, type PodSecond } from "../../../../services/guard/core/sample.ts";

/** A zone's requests of a second, all in one class of latency. */
function answered(zone: string, requests: number, at: number): PodSecond {
  const latency = new Array<number>(CLASSES).fill(0);
  latency[at] = requests;
  return { pod: `web-${zone}`, zone, service: "web", requests, errors: 0, latency };
}

describe("a service's zones, compared", () => {
  it("are jolted in the second in which something was wrong, and not for as long as nothing more is known", () => {
    const comparison = new Comparison("web", ["a", "b", "c"], 30);
    const [fast, slow] = [2, CLASSES - 2];
    comparison.add(
      0,
      ["a", "b", "c"].map((zone) => answered(zone, 100, fast)),
    );
    for (let at = 1; at < 60; at += 1) comparison.add(at, []);
    comparison.add(60, [answered("a", 50, fast), answered("b", 100, slow), answered("c", 50, fast)]);
    assert.ok(comparison.isJolted("b", 60));
    assert.ok(!comparison.isJolted("a", 60));
    // Too few requests now for what is slow to be known.
    comparison.add(
      61,
      ["a", "b", "c"].map((zone) => answered(zone, 1, fast)),
    );
    assert.ok(!comparison.isJolted("b", 61));
  });
});
