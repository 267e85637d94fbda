import type { StoredEvent } from "../saga/ports.ts";
import type { FedEvent } from "./ports.ts";

/** Events whose way is watched at most; beyond, the oldest are given up. */
const MAX_WATCHED = 50_000;

/** How long the events that were stored here take until each consumer has them, and how many are on that way. */
export class Deliveries {
  readonly #consumers: readonly string[];
  readonly #onDelivered: (ms: number) => void;
  /** Last links of the commits under way to a consumer, by chain, with the time of the commit. */
  readonly #commits = new Map<string, { chain: number; link: number; at: number; events: number }[]>();

  /** @param onDelivered milliseconds from an event's commit until a consumer had it */
  constructor(consumers: readonly string[], onDelivered: (ms: number) => void) {
    this.#consumers = consumers;
    this.#onDelivered = onDelivered;
    for (const consumer of consumers) this.#commits.set(consumer, []);
  }

  /** Events that not every consumer has. */
  get backlog(): number {
    return Math.max(...[...this.#commits.values()].map((commits) => sum(commits)));
  }

  stored(events: readonly StoredEvent[]): void {
    const fed = events.filter((event) => event.fed);
    const last = fed.at(-1);
    if (!last) return;
    for (const consumer of this.#consumers) {
      const commits = this.#commits.get(consumer) ?? [];
      commits.push({ chain: last.chain, link: last.link, at: performance.now(), events: fed.length });
      while (sum(commits) > MAX_WATCHED) commits.shift();
    }
  }

  delivered(consumer: string, events: readonly FedEvent[]): void {
    const commits = this.#commits.get(consumer) ?? [];
    const now = performance.now();
    const ends = new Map(events.map(({ chain, link }) => [chain, link]));
    for (let first = commits[0]; first && (ends.get(first.chain) ?? 0) >= first.link; first = commits[0]) {
      this.#onDelivered(now - first.at);
      commits.shift();
    }
  }
}

const sum = (commits: readonly { events: number }[]): number =>
  commits.reduce((total, { events }) => total + events, 0);
