import assert from "node:assert/strict";
import fc from "fast-check";
import { CLASSES, isSane } from "../../../services/guard/core/sample.ts";
import { Sampler } from "../../../services/guard/sampler.ts";
import type { Reading } from "../../../services/guard/sources/index.ts";

const NOW = 1_700_000_000;

function reading(at: number, requests: number, errors = 0, pod = "web-1"): Reading {
  const latency = new Array<number>(CLASSES).fill(0);
  latency[3] = requests;
  return { pod, zone: "a", service: "web", at, requests, errors, latency, cpuSeconds: at / 10 };
}

const kindsOf = (problems: { kind: string }[]) => problems.map(({ kind }) => kind);

describe("the counts of seconds, of counters that only grow", () => {
  it("are differences; a first reading has none", () => {
    const sampler = new Sampler();
    assert.deepEqual(sampler.take([reading(NOW, 100)], NOW), { pods: [], problems: [] });
    const { pods } = sampler.take([reading(NOW + 1, 160, 3)], NOW + 1);
    assert.deepEqual([pods[0]?.requests, pods[0]?.errors], [60, 3]);
    assert.ok(Math.abs((sampler.cores("web-1") ?? 0) - 0.1) < 1e-6);
  });

  it("leave out a restart, a reading that is late, one of another time, and a long pause", () => {
    const sampler = new Sampler();
    const take = (one: Reading, now: number) => sampler.take([one], now);
    take(reading(NOW, 100), NOW);
    const restarted = take(reading(NOW + 1, 5), NOW + 1);
    assert.deepEqual([restarted.pods, kindsOf(restarted.problems)], [[], ["reset"]]);
    assert.deepEqual(kindsOf(take(reading(NOW + 0.5, 9), NOW + 1).problems), ["late"]);
    assert.deepEqual(kindsOf(take(reading(NOW - 900, 9), NOW + 1).problems), ["skew"]);
    assert.deepEqual(kindsOf(take(reading(NOW + 900, 9), NOW + 1).problems), ["skew"]);
    assert.deepEqual(kindsOf(take({ ...reading(NOW, 9), at: Number.NaN }, NOW + 1).problems), ["skew"]);
    assert.deepEqual(kindsOf(take(reading(NOW + 80, 9), NOW + 80).problems), ["gap"]);
    assert.deepEqual(take(reading(NOW + 80, 9), NOW + 81), { pods: [], problems: [] });
  });

  it("are spread over the seconds of a source that comes seldom, and lose none", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 6, max: 30 }), fc.nat(5000), fc.nat(50)), {
          minLength: 1,
          maxLength: 5,
        }),
        (steps) => {
          const sampler = new Sampler();
          sampler.take([reading(NOW, 0)], NOW);
          let [at, requests, errors] = [NOW, 0, 0];
          let sum = 0;
          for (const [seconds, more, wrong] of steps) {
            at += seconds;
            requests += more;
            errors += Math.min(wrong, more);
            let taken = sampler.take([reading(at, requests, errors)], at).pods;
            for (let second = 1; second <= seconds; second += 1) {
              for (const pod of taken) {
                assert.ok(isSane(pod));
                sum += pod.latency[3] as number;
              }
              taken = second < seconds ? sampler.take([], at + second).pods : [];
            }
          }
          assert.equal(sum, requests);
        },
      ),
      { seed: 19 },
    );
  });
});
