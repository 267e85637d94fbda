import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { Bench, deployment, exists, readyByZone, until, zoneA, zoneB, zoneC } from "./fixture.ts";

describe("pods", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clean());

  it("are all ready soon, one a zone, and end at SIGTERM", async () => {
    const pods = bench.pods(["gateway", "trading", "web"].map((name) => deployment(name)));
    const began = performance.now();
    await pods.start();
    await pods.ready(20_000);
    console.log("        nine pods ready after", Math.round(performance.now() - began), "ms");
    assert.deepEqual(readyByZone(pods), { [zoneA]: 3, [zoneB]: 3, [zoneC]: 3 });
    const pids = pods.status().map(({ pid }) => pid);
    await pods.stop({ graceMs: 5000 });
    assert.deepEqual(pids.filter(exists), []);
    assert.deepEqual(pods.status(), []);
  });
});
