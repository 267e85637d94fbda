import assert from "node:assert/strict";
import fc from "fast-check";
import { afterEach, beforeEach, describe, it } from "mocha";
import { desired, Scaler } from "../../../../local/pods/schedule/replicas.ts";
import { Bench, deployment, readyByZone, resource, until } from "../fixture.ts";

const minute = 60_000;

describe("scaling by load", () => {
  it("wants as many pods as bring the average to the target, and none for a tenth more or less", () => {
    assert.equal(desired([1, 1, 1], 3, 0.5), 6);
    assert.equal(desired([0.1, 0.2], 2, 0.5), 1);
    assert.equal(desired([0.54, 0.54], 2, 0.5), 2);
    assert.equal(desired([0.46, 0.46], 2, 0.5), 2);
    assert.equal(desired([], 3, 0.5), 3);
  });

  it("takes pods without a measure for idle when it wants more, for busy when it wants fewer", () => {
    assert.equal(desired([1, 1], 4, 0.5), 4, "those that start are the answer already");
    assert.equal(desired([0.1, 0.1], 3, 0.5), 3);
    assert.equal(desired([2, 2], 4, 0.5), 8);
  });

  it("never wants more for less load, nor fewer for more", () => {
    const use = fc.double({ min: 0, max: 5, noNaN: true });
    const uses = fc.array(use, { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(uses, fc.nat(5), fc.integer({ min: 10, max: 100 }), (used, missing, percent) => {
        const [current, target] = [used.length + missing, percent / 100];
        const mean = used.reduce((sum, one) => sum + one, 0) / used.length;
        const wanted = desired(used, current, target);
        if (mean > target) assert.ok(wanted >= current);
        else assert.ok(wanted <= current);
      }),
    );
  });

  it("goes up at once, at most to twice or four more, and down only after the window", () => {
    const scaler = new Scaler({ minimum: 3, maximum: 20, target: 0.5, stabilizationMs: 5 * minute });
    assert.equal(scaler.next([9, 9, 9], 3, 0), 7);
    assert.equal(scaler.next(Array(7).fill(9), 7, 15_000), 14);
    assert.equal(scaler.next(Array(14).fill(9), 14, 30_000), 20);
    assert.equal(scaler.next(Array(20).fill(0), 20, minute), 20);
    assert.equal(scaler.next(Array(20).fill(0), 20, 5 * minute + 29_999), 20);
    assert.equal(scaler.next(Array(20).fill(0), 20, 5 * minute + 30_000), 3);
  });

  it("leaves alone what no target is set for", () => {
    const scaler = new Scaler({ minimum: 3, maximum: 20, target: undefined, stabilizationMs: 0 });
    assert.equal(scaler.next([9, 9, 9], 3, 0), 3);
  });

  describe("of pods", () => {
    let bench: Bench;
    beforeEach(() => {
      bench = new Bench();
    });
    afterEach(() => bench.clean());

    it("starts more where the CPU is used, evenly, and ends them after the load", async function () {
      if (process.platform !== "linux") {
        console.log("      skipped: the CPU of a process is read from /proc");
        this.skip();
      }
      const scaled = deployment("web", {
        container: { resources: { requests: { cpu: "1m" } } },
        env: [{ name: "CONTROL", value: bench.control }],
      });
      const { replicas: _, ...spec } = scaled.inputs.spec as { replicas: number };
      const target = { type: "Utilization", averageUtilization: 1000 };
      const autoscaler = resource("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "web", {
        spec: {
          scaleTargetRef: { kind: "Deployment", name: "web" },
          ...{ minReplicas: 3, maxReplicas: 6 },
          metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
          behavior: { scaleDown: { stabilizationWindowSeconds: 1 } },
        },
      });
      const pods = bench.pods([autoscaler, { ...scaled, inputs: { ...scaled.inputs, spec } }], {
        scaleEveryMs: 500,
        room: () => 100,
      });
      await pods.start();
      await pods.ready(30_000);
      let loaded = true;
      const load = (async () => {
        while (loaded)
          await Promise.all(
            pods.endpoints().map(({ ready, ports }) => ready && fetch(`http://${ports["8080"]}/`)),
          ).catch(() => undefined);
      })();
      try {
        await until(pods, () => Object.values(readyByZone(pods)).every((count) => count === 2), 30_000);
        assert.equal(pods.endpoints().filter(({ ready }) => ready).length, 6);
      } finally {
        loaded = false;
        await load;
      }
      await until(pods, () => pods.endpoints().length === 3, 30_000);
      assert.deepEqual(Object.values(readyByZone(pods)), [1, 1, 1]);
    });
  });
});
