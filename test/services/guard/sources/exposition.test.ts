import assert from "node:assert/strict";
import fc from "fast-check";
import { LATENCY_EDGES } from "../../../../services/guard/core/sample.ts";
import { readExposition } from "../../../../services/guard/sources/exposition.ts";
import { PodEnvironment } from "../../../../services/kit/environment.ts";
import { createMetrics } from "../../../../services/kit/telemetry/metrics.ts";

const environment = PodEnvironment.parse({ SERVICE: "web", POD_NAME: "web-1", ZONE: "ap-southeast-2a" });

describe("a pod's metrics as the guard reads them", () => {
  it("are what the pod counted, whatever it was", async () => {
    const answered = fc.tuple(
      fc.constantFrom("GET", "POST"),
      fc.constantFrom("/api/orders", "/x"),
      fc.constantFrom(200, 404, 500, 503),
      fc.double({ min: 0, max: 20, noNaN: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(answered, { maxLength: 50 }), async (requests) => {
        const metrics = createMetrics(environment);
        for (const request of requests) metrics.observe(...request);
        const read = readExposition(await metrics.registry.metrics());
        assert.equal(read.requests, requests.length);
        assert.equal(read.errors, requests.filter(([, , status]) => status >= 500).length);
        const classes = [...LATENCY_EDGES, Number.POSITIVE_INFINITY].map(
          (edge, index, all) =>
            requests.filter(([, , , seconds]) => seconds <= edge && seconds > (all[index - 1] ?? -1)).length,
        );
        assert.deepEqual(read.latency, classes);
        if (requests.length > 0) assert.equal(read.pod, "web-1");
        assert.ok((read.cpuSeconds ?? -1) >= 0);
      }),
      { seed: 19, numRuns: 30 },
    );
  });

  it("are refused where they can't be true", () => {
    const name = "http_request_duration_seconds";
    const bucket = (le: string, count: string) => `${name}_bucket{le="${le}",status="200"} ${count}`;
    for (const text of [
      "<html>it works</html>",
      "",
      `${bucket("0.01", "5")}\n${bucket("+Inf", "NaN")}`,
      `${bucket("0.01", "-5")}`,
      `${bucket("+Inf", "5.5")}`,
      `${bucket("0.01", "5")}\n${bucket("0.02", "3")}`,
      `${bucket("+Inf", "5")}\n${name}_count{status="200"} 9`,
    ])
      assert.throws(() => readExposition(text), Error, text);
  });
});
