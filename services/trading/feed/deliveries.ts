import type { StoredEvent } from "../saga/ports.ts";
import type { FedEvent } from "./ports.ts";

/** Events whose way is watched at most; beyond, the oldest are given up. */
const MAX_WATCHED = 50_000;

/** The last link of a commit, with the time of the commit. */
interface Commit {
  chain: number;
  link: number;
  at: number;
  events: number;
}

/**
 * How long the events that are stored here take until each consumer has them, and how many are on that way. Watched only
 * while the feed runs here: of another pod's feed nothing is heard.
 */
export class Deliveries {
  readonly #consumers: readonly string[];
  readonly #onDelivered: (ms: number) => void;
  /** The commits under way to a consumer, and how many events they are. */
  readonly #underWay = new Map<string, { commits: Commit[]; events: number }>();

  /** @param onDelivered milliseconds from an event's commit until a consumer had it */
  constructor(consumers: readonly string[], onDelivered: (ms: number) => void) {
    this.#consumers = consumers;
    this.#onDelivered = onDelivered;
  }

  /** Events that not every consumer has. */
  get backlog(): number {
    let most = 0;
    for (const { events } of this.#underWay.values()) most = Math.max(most, events);
    return most;
  }

  start(): void {
    for (const consumer of this.#consumers) this.#underWay.set(consumer, { commits: [], events: 0 });
  }

  stop(): void {
    this.#underWay.clear();
  }

  stored(events: readonly StoredEvent[]): void {
    const fed = events.filter((event) => event.fed);
    const last = fed.at(-1);
    if (!last) return;
    for (const way of this.#underWay.values()) {
      way.commits.push({ chain: last.chain, link: last.link, at: performance.now(), events: fed.length });
      way.events += fed.length;
      while (way.events > MAX_WATCHED) way.events -= way.commits.shift()?.events ?? 0;
    }
  }

  delivered(consumer: string, events: readonly FedEvent[]): void {
    const way = this.#underWay.get(consumer);
    if (!way) return;
    const now = performance.now();
    const ends = new Map(events.map(({ chain, link }) => [chain, link]));
    // Commits of one process come one after another: before one that arrived, none is still on its way.
    const last = way.commits.findLastIndex(({ chain, link }) => (ends.get(chain) ?? -1) >= link);
    for (const commit of way.commits.splice(0, last + 1)) {
      this.#onDelivered(now - commit.at);
      way.events -= commit.events;
    }
  }
}
