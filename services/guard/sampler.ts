import { CLASSES, isSane, type PodSecond } from "./core/sample.ts";
import type { DataProblem, Reading } from "./sources/index.ts";

/** Counts of a longer pause belong to seconds that nobody can tell apart. */
const LONGEST_S = 60;
/** Counts of a few seconds are taken as one second's; those of more, as a scraper's that comes seldom, second by second. */
const ONE_STEP_S = 5;
/** A source's interval varies: so many seconds may be left of the last one. */
const LEFT_OVER = 2;
/** A reading of another time than now is of a clock that goes wrong, or of a source that is stuck. */
const MOST_SKEW_S = 90;

interface Known {
  last: Reading;
  /** What is left of counts that came for several seconds at once, a second each. */
  rest: PodSecond[];
  /** Cores that it used between its last two readings. */
  cores: number | undefined;
}

/**
 * Makes the counts of single seconds of counters that only grow. What can't be true is left out and said: a counter that
 * went back (the pod restarted), a reading that came too late or twice, or of another time.
 */
export class Sampler {
  readonly #pods = new Map<string, Known>();

  /** @param now seconds since 1970 */
  take(readings: readonly Reading[], now: number): { pods: PodSecond[]; problems: DataProblem[] } {
    const problems: DataProblem[] = [];
    for (const reading of readings) {
      const problem = this.#add(reading, now);
      if (problem) problems.push({ pod: reading.pod, ...problem });
    }
    const pods: PodSecond[] = [];
    for (const [name, known] of this.#pods) {
      const next = known.rest.shift();
      if (next) pods.push(next);
      else if (now - known.last.at > LONGEST_S) this.#pods.delete(name);
    }
    return { pods, problems };
  }

  /** Cores that a pod uses; undefined where that isn't known. */
  cores(pod: string): number | undefined {
    return this.#pods.get(pod)?.cores;
  }

  #add(reading: Reading, now: number): Omit<DataProblem, "pod"> | undefined {
    const skew = reading.at - now;
    if (!(Math.abs(skew) <= MOST_SKEW_S))
      return { kind: "skew", text: `it was read ${Math.round(skew)} s from now, by its source's clock` };
    const known = this.#pods.get(reading.pod);
    const fresh = { last: reading, rest: [], cores: undefined };
    if (!known) {
      this.#pods.set(reading.pod, fresh);
      return undefined;
    }
    const elapsed = reading.at - known.last.at;
    // A source that is asked more often than it asks itself answers with the same reading again.
    if (elapsed === 0) return undefined;
    if (elapsed < 0) return { kind: "late", text: `it came ${-elapsed} s after a later one` };
    const counts = difference(reading, known.last);
    if (!counts || elapsed > LONGEST_S) {
      this.#pods.set(reading.pod, fresh);
      if (!counts) return { kind: "reset", text: "its counters went back: it was started again" };
      return { kind: "gap", text: `nothing was known of it for ${Math.round(elapsed)} s` };
    }
    if (!isSane(counts)) {
      this.#pods.set(reading.pod, fresh);
      return { kind: "insane", text: "its counts don't fit together" };
    }
    known.cores = coresOf(reading, known.last, elapsed);
    known.last = reading;
    known.rest.splice(0, Math.max(0, known.rest.length - LEFT_OVER));
    known.rest.push(...spread(counts, elapsed <= ONE_STEP_S ? 1 : Math.round(elapsed)));
    return undefined;
  }
}

function difference(now: Reading, before: Reading): PodSecond | undefined {
  const { pod, zone, service } = now;
  const requests = now.requests - before.requests;
  const errors = now.errors - before.errors;
  const latency = now.latency.map((count, index) => count - (before.latency[index] as number));
  const wentBack = requests < 0 || errors < 0 || latency.some((count) => count < 0);
  return wentBack ? undefined : { pod, zone, service, requests, errors, latency };
}

function coresOf(now: Reading, before: Reading, elapsed: number): number | undefined {
  if (now.cpuSeconds === undefined || before.cpuSeconds === undefined) return undefined;
  const cores = (now.cpuSeconds - before.cpuSeconds) / elapsed;
  return cores >= 0 ? cores : undefined;
}

/** Counts of several seconds as so many of one each, as even as whole numbers are. */
function spread(counts: PodSecond, seconds: number): PodSecond[] {
  if (seconds === 1) return [counts];
  const upTo = (count: number, second: number) => Math.floor((count * second) / seconds);
  const part = (count: number, second: number) => upTo(count, second + 1) - upTo(count, second);
  return Array.from({ length: seconds }, (_, second) => {
    const latency = Array.from({ length: CLASSES }, (_, index) =>
      part(counts.latency[index] as number, second),
    );
    const answered = latency.reduce((sum, count) => sum + count, 0);
    const errors = part(counts.errors, second);
    // Each is rounded by itself: a second has no fewer requests than it has answers, or errors.
    return {
      ...counts,
      requests: Math.max(part(counts.requests, second), answered, errors),
      errors,
      latency,
    };
  });
}
