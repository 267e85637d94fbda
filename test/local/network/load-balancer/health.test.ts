import assert from "node:assert/strict";
import fc from "fast-check";
import { HealthChecker, matches } from "../../../../local/network/load-balancer/health.ts";

const check = {
  enabled: true,
  path: "/",
  port: "traffic-port",
  intervalMs: 1,
  timeoutMs: 1000,
  matcher: "200",
};

/** What a series of answers should lead to: the verdict after each. */
function verdicts(answers: boolean[], healthyThreshold: number, unhealthyThreshold: number): boolean[] {
  const changes: boolean[] = [];
  let verdict: boolean | undefined;
  answers.forEach((answer, index) => {
    const needed = answer ? (verdict === undefined ? 1 : healthyThreshold) : unhealthyThreshold;
    const last = answers.slice(Math.max(0, index + 1 - needed), index + 1);
    if (verdict === answer || last.length < needed || last.some((one) => one !== answer)) return;
    verdict = answer;
    changes.push(answer);
  });
  return changes;
}

describe("health checks", () => {
  it("change their mind after as many answers in a row as the thresholds say", async () => {
    const threshold = fc.integer({ min: 1, max: 4 });
    const series = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        series,
        threshold,
        threshold,
        async (answers, healthyThreshold, unhealthyThreshold) => {
          const seen: boolean[] = [];
          const left = [...answers];
          await new Promise<void>((resolve) => {
            const ask = () => {
              const next = left.shift();
              if (next !== undefined) return Promise.resolve(next);
              checker.stop();
              resolve();
              return Promise.resolve(true);
            };
            const spec = { ...check, healthyThreshold, unhealthyThreshold };
            const checker = new HealthChecker(spec, ask, (healthy) => seen.push(healthy));
            checker.start();
          });
          assert.deepEqual(seen, verdicts(answers, healthyThreshold, unhealthyThreshold));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("know codes, lists and ranges", () => {
    assert.ok(matches("200", 200));
    assert.ok(matches("200,202", 202));
    assert.ok(matches("200-299", 250));
    assert.ok(!matches("200-299,404", 300));
    assert.ok(!matches("200", 0));
  });
});
