import assert from "node:assert/strict";
import { Guard } from "../../../services/guard/core/guard.ts";
import type { Second } from "../../../services/guard/core/sample.ts";
import { World } from "./world.ts";

/** Seconds of CPU that a guard takes for an hour of so many pods; the hour's few different seconds come again and again. */
function hour(podsPerZone: number, services: number): number {
  const names = Array.from({ length: services }, (_, index) => `service-${index}`);
  const world = new World({ seed: 1, services: names, podsPerZone, rate: 100 });
  const seconds: Second[] = Array.from({ length: 60 }, (_, at) => world.second(at));
  const guard = new Guard();
  const begun = process.cpuUsage();
  for (let at = 0; at < 3600; at += 1) guard.decide({ ...(seconds[at % 60] as Second), at });
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1e6;
}

describe("the guard's speed", function () {
  this.timeout(120_000);

  it("decides an hour of 60 pods in less than a second, and of 1,000 in less than 20", () => {
    // The least of three: what else this process has in its memory is collected meanwhile.
    const small = Math.min(...[1, 2, 3].map(() => hour(4, 5)));
    const large = hour(34, 10);
    console.log(`      60 pods: ${small.toFixed(2)} s, 1,020 pods: ${large.toFixed(2)} s`);
    assert.ok(small < 1, `${small} s`);
    assert.ok(large < 20, `${large} s`);
  });
});
