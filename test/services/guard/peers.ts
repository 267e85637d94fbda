import { addTo, type Counts, noCounts, quantile } from "../../../services/guard/core/counts.ts";
import type { Second } from "../../../services/guard/core/sample.ts";
import type { Decider } from "./replay.ts";
import { random, ZONES } from "./world.ts";

/** A minute's sums by zone, without the guard's own probes, which these methods don't have. */
class Minutes {
  #sums = new Map(ZONES.map((zone) => [zone, noCounts()]));

  /** The minute that has just ended, else nothing. */
  add({ at, pods }: Second): Map<string, Counts> | undefined {
    for (const pod of pods) {
      const sum = pod.service === "probe" ? undefined : this.#sums.get(pod.zone);
      if (sum) addTo(sum, pod);
    }
    if (at % 60 !== 59) return undefined;
    const ended = this.#sums;
    this.#sums = new Map(ZONES.map((zone) => [zone, noCounts()]));
    return ended;
  }
}

/** An alarm on three of the last five minutes, as CloudWatch evaluates it. */
function threeOfFive(breaches: (minute: Map<string, Counts>) => string[]): Decider {
  const minutes = new Minutes();
  const last = new Map<string, boolean[]>();
  return {
    decide: (second) => {
      const minute = minutes.add(second);
      if (!minute) return { zone: undefined };
      const breaching = breaches(minute);
      for (const zone of ZONES)
        last.set(zone, [...(last.get(zone) ?? []), breaching.includes(zone)].slice(-5));
      const zone = ZONES.find((one) => (last.get(one) ?? []).filter(Boolean).length >= 3);
      return { zone };
    },
  };
}

const share = ({ errors, requests }: Counts) => errors / Math.max(1, requests);

/** A zone's availability below 99.5 %, or its 99th percentile above 100 ms: what its healthy minutes keep by far. */
const staticThreshold = (): Decider =>
  threeOfFive((minute) =>
    ZONES.filter((zone) => {
      const counts = minute.get(zone) as Counts;
      return share(counts) > 0.005 || (quantile(counts, 0.99) ?? 0) > 0.1;
    }),
  );

/** A zone whose faults are two deviations of the population above the zones' mean: of three zones none can be. */
const zScore = (): Decider =>
  threeOfFive((minute) => {
    const counts = ZONES.map((zone) => (minute.get(zone) as Counts).errors);
    const mean = counts.reduce((sum, one) => sum + one, 0) / counts.length;
    const deviation = Math.sqrt(counts.reduce((sum, one) => sum + (one - mean) ** 2, 0) / counts.length);
    return ZONES.filter((_, index) => deviation > 0 && ((counts[index] as number) - mean) / deviation >= 2);
  });

/** The zone with the most faults, where they don't fit a uniform split at a level of 0.05 (two degrees of freedom). */
const chiSquared = (): Decider =>
  threeOfFive((minute) => {
    const counts = ZONES.map((zone) => (minute.get(zone) as Counts).errors);
    const expected = counts.reduce((sum, one) => sum + one, 0) / counts.length;
    if (expected === 0) return [];
    const statistic = counts.reduce((sum, one) => sum + (one - expected) ** 2 / expected, 0);
    const most = ZONES[counts.indexOf(Math.max(...counts))] as string;
    return statistic > 5.991 ? [most] : [];
  });

/**
 * Each pod that fails five requests on end is ejected for 30 s, and a zone is left when most of its pods are out. Within
 * a second the order of a pod's answers is drawn.
 */
function consecutiveErrors(seed: number): Decider {
  const next = random(seed);
  const runs = new Map<string, number>();
  const out = new Map<string, { zone: string; until: number }>();
  return {
    decide: ({ at, pods }) => {
      for (const { pod, zone, service, requests, errors } of pods) {
        if (service === "probe") continue;
        let run = runs.get(pod) ?? 0;
        let left = errors;
        for (let rest = requests; rest > 0 && (left > 0 || run > 0); rest -= 1) {
          const failed = next() < left / rest;
          run = failed ? run + 1 : 0;
          if (failed) left -= 1;
          if (run >= 5) out.set(pod, { zone, until: at + 30 });
        }
        runs.set(pod, run);
      }
      const serving = pods.filter(({ service }) => service !== "probe");
      const zone = ZONES.find((one) => {
        const all = serving.filter((pod) => pod.zone === one).length;
        const gone = [...out.values()].filter((pod) => pod.zone === one && pod.until > at).length;
        return all > 0 && gone > all / 2;
      });
      return { zone };
    },
  };
}

/** Published methods by name, each to be made anew for a replay. */
export const PEERS: Record<string, (seed: number) => Decider> = {
  "static threshold, 3 of 5 minutes": staticThreshold,
  "z-score of zones": zScore,
  "chi-squared against a uniform split": chiSquared,
  "consecutive errors": consecutiveErrors,
};
