import assert from "node:assert/strict";
import { Guard, PROBE } from "../../../services/guard/core/guard.ts";
import { CLASSES, type PodSecond } from "../../../services/guard/core/sample.ts";
import { CALM, poisson, random, ZONES } from "./world.ts";

/** Share of the requests of a zone that each service gets, those that are called first. */
const SERVICES = { news: 0.05, "market-data": 0.15, portfolio: 0.15, transactions: 0.3, trading: 0.4 };
const CALLS = { web: ["gateway"], gateway: Object.keys(SERVICES) };
const SEEDS = 40;
const [BEGINS, ENDS] = [120, 240];
/** Times a second that the guard asks a pod, usually and from this evidence on. */
const [SELDOM, OFTEN, ASK_LEVEL] = [0.5, 8, 4];

interface Scene {
  seed: number;
  /** Requests a second in each zone. */
  rate: number;
  errorShare: number;
  /** Of zone b, those that fail requests of their own. */
  bad: (service: string) => boolean;
}

/**
 * One pod of each service in a zone, as on a laptop, whose callers fail with what they call.
 * @returns seconds from the fault to the shift; undefined where there was none
 */
function shiftAfter({ seed, rate, errorShare, bad }: Scene): number | undefined {
  const next = random(seed);
  const guard = new Guard({ calls: CALLS });
  let isSuspect = false;
  for (let at = 0; at < ENDS; at += 1) {
    const pods: PodSecond[] = [];
    for (const zone of ZONES) {
      const ownShare = (service: string) =>
        zone === "b" && at >= BEGINS && bad(service) ? errorShare : 0.0002;
      const failed = (service: string, requests: number) =>
        Array.from({ length: requests }, () => next()).filter((one) => one < ownShare(service)).length;
      const add = (service: string, mean: number, passedOn: number) => {
        const requests = Math.max(passedOn, poisson(mean, next));
        const errors = passedOn + failed(service, requests - passedOn);
        pods.push(answered(`${service}-${zone}`, zone, service, requests, errors));
        const probes = poisson(isSuspect ? OFTEN : SELDOM, next);
        const probe = answered(`${service}-${zone}`, zone, PROBE, probes, failed(service, probes));
        pods.push({ ...probe, probed: service });
        return errors;
      };
      let errors = 0;
      for (const [service, share] of Object.entries(SERVICES)) errors += add(service, rate * share, 0);
      for (const service of ["gateway", "web"]) errors = add(service, rate, errors);
    }
    const { action, levels } = guard.decide({ at, pods, surroundings: CALM });
    isSuspect = Object.values(levels).some((level) => level >= ASK_LEVEL);
    if (action.kind !== "start") continue;
    assert.equal(action.zone, "b");
    return at - BEGINS;
  }
  return undefined;
}

function answered(pod: string, zone: string, service: string, requests: number, errors: number): PodSecond {
  const latency = new Array<number>(CLASSES).fill(0);
  latency[3] = requests - errors;
  return { pod, zone, service, requests, errors, latency };
}

describe("the guard where each service has one pod a zone, and callers fail with those that they call", function () {
  this.timeout(60_000);
  const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1);

  for (const [service, errorShare] of [
    ["gateway", 0.33],
    ["trading", 0.2],
    ["portfolio", 0.5],
  ] as const)
    for (const rate of [13, 100])
      it(`takes a bad pod of ${service} at ${rate} requests/s for no sick zone`, () => {
        const shifted = seeds.filter(
          (seed) => shiftAfter({ seed, rate, errorShare, bad: (one) => one === service }) !== undefined,
        );
        assert.deepEqual(shifted, [], "seeds whose zone was shifted away");
      });

  it("finds a zone of 5 % errors at 13 requests/s", () => {
    const seconds = seeds.map((seed) => shiftAfter({ seed, rate: 13, errorShare: 0.05, bad: () => true }));
    const sorted = seconds.map((one) => one ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
    const [median = Number.NaN, most = Number.NaN] = [sorted[SEEDS / 2], sorted[Math.ceil(SEEDS * 0.95) - 1]];
    console.log(`      median ${median} s, 95th percentile ${most} s of ${SEEDS} seeds`);
    assert.ok(median <= 10 && most <= 15);
  });
});
