import { addTo, type Counts, noCounts, quantile } from "./core/counts.ts";
import type { PodSecond } from "./core/sample.ts";

/** Seconds that are kept. */
const KEPT = 900;
/** What is said to be now: the last seconds. */
const RECENT = 10;
/** What clients get: the service that they reach. */
const FRONT = "web";

/** What is shown of pods or zones. */
export interface Figures {
  requestsPerSecond: number;
  errorShare: number;
  /** Milliseconds; null without requests. */
  p50Ms: number | null;
  p99Ms: number | null;
}

/** The golden signals of the last minutes: of each zone by second, of each pod over the last seconds. */
export class History {
  readonly #zones: readonly string[];
  readonly #seconds: { at: number; zones: Map<string, Counts>; pods: readonly PodSecond[] }[] = [];

  constructor(zones: readonly string[]) {
    this.#zones = zones;
  }

  add(at: number, pods: readonly PodSecond[]): void {
    const zones = new Map(this.#zones.map((zone) => [zone, noCounts()]));
    for (const pod of pods) {
      const counts = pod.service === FRONT ? zones.get(pod.zone) : undefined;
      if (counts) addTo(counts, pod);
    }
    this.#seconds.push({ at, zones, pods });
    if (this.#seconds.length > KEPT) this.#seconds.shift();
    const old = this.#seconds.at(-RECENT - 1);
    if (old) old.pods = [];
  }

  zone(name: string): Figures {
    const sum = noCounts();
    const seconds = this.#seconds.slice(-RECENT);
    for (const { zones } of seconds) addTo(sum, zones.get(name) ?? noCounts());
    return figures(sum, seconds.length);
  }

  /** By pod; those that answered nothing aren't in it. */
  pods(): Map<string, Figures> {
    const seconds = this.#seconds.slice(-RECENT);
    const sums = new Map<string, Counts>();
    for (const { pods } of seconds)
      for (const pod of pods) {
        const sum = sums.get(pod.pod) ?? noCounts();
        if (pod.probed === undefined) sums.set(pod.pod, sum);
        if (pod.probed === undefined) addTo(sum, pod);
      }
    return new Map([...sums].map(([pod, sum]) => [pod, figures(sum, seconds.length)]));
  }

  /** The last seconds, the oldest first. */
  series(seconds: number) {
    const chosen = this.#seconds.slice(-seconds);
    const of = (zone: string) => {
      const counts = chosen.map(({ zones }) => zones.get(zone) ?? noCounts());
      return {
        requests: counts.map(({ requests }) => requests),
        errors: counts.map(({ errors }) => errors),
        p50Ms: counts.map((one) => milliseconds(quantile(one, 0.5))),
        p99Ms: counts.map((one) => milliseconds(quantile(one, 0.99))),
      };
    };
    return {
      seconds: chosen.map(({ at }) => at),
      zones: Object.fromEntries(this.#zones.map((zone) => [zone, of(zone)])),
    };
  }
}

function figures(sum: Counts, seconds: number): Figures {
  return {
    requestsPerSecond: round(sum.requests / Math.max(1, seconds), 10),
    errorShare: round(sum.errors / Math.max(1, sum.requests), 10_000),
    p50Ms: milliseconds(quantile(sum, 0.5)),
    p99Ms: milliseconds(quantile(sum, 0.99)),
  };
}

const round = (value: number, parts: number) => Math.round(value * parts) / parts;
const milliseconds = (seconds: number | undefined) =>
  seconds === undefined ? null : round(seconds * 1000, 10);
