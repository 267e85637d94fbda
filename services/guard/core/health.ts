import { addTo, noCounts, quantile, slowerThan, Window } from "./counts.ts";
import { LATENCY_EDGES, type PodSecond } from "./sample.ts";

/** Of a well zone's probes, this share may fail beyond the other zones' share, and two in any case; more do of a sick one's. */
const ERROR_SHARE = { well: 0.003, sick: 0.005 };
/** And this share may take longer than one and a half times the other zones' 99th percentile, and two in any case. */
const SLOW_SHARE = 0.02;
const SLOWER = 1.5;
const LEAST_BAD = 2;
/** Probes of the zone, and of the others, from which anything is said. */
const LEAST_PROBES = 40;

/**
 * Whether zones answer the guard's own probes as the others do: what is known of a zone that gets no traffic. A zone is
 * well once this was so for some time on end, sick while it wasn't, and unknown before, or where there are too few probes.
 */
export class Health {
  readonly #seconds: number;
  readonly #zones = new Map<string, Window>();
  readonly #probed = new Map<string, number>();

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** Takes a second's probes of all zones. */
  add(probes: readonly PodSecond[]): void {
    for (const { zone } of probes)
      if (!this.#zones.has(zone)) this.#zones.set(zone, new Window(this.#seconds));
    for (const [zone, window] of this.#zones) {
      const second = noCounts();
      for (const probe of probes) if (probe.zone === zone) addTo(second, probe);
      window.add(second);
      if (second.requests > 0) this.#probed.set(zone, (this.#probed.get(zone) ?? 0) + 1);
    }
  }

  /** Forgets what a zone was: what counts is how it is from now on. */
  restart(zone: string): void {
    this.#zones.set(zone, new Window(this.#seconds));
    this.#probed.set(zone, 0);
  }

  of(zone: string): "well" | "sick" | "unknown" {
    const own = this.#zones.get(zone)?.sum ?? noCounts();
    const others = noCounts();
    for (const [name, { sum }] of this.#zones) if (name !== zone) addTo(others, sum);
    if (own.requests < LEAST_PROBES || others.requests < LEAST_PROBES) return "unknown";
    const usual = others.errors / others.requests;
    const most = (share: number) => Math.max(LEAST_BAD, (usual + share) * own.requests);
    if (own.errors > most(ERROR_SHARE.sick)) return "sick";
    const p99 = quantile(others, 0.99);
    if (p99 === undefined) return "unknown";
    const edge = LATENCY_EDGES.findIndex((one) => one >= SLOWER * p99);
    const slow = edge < 0 ? 0 : slowerThan(own, edge);
    if (slow > Math.max(LEAST_BAD, SLOW_SHARE * own.requests)) return "sick";
    if (own.errors > most(ERROR_SHARE.well)) return "unknown";
    return (this.#probed.get(zone) ?? 0) >= this.#seconds ? "well" : "unknown";
  }
}
