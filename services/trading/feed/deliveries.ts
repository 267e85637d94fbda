import type { StoredEvent } from "../saga/events.ts";
import type { FedEvent } from "./ports.ts";

/** Undelivered events that are tracked at most; beyond that the oldest are dropped. */
const MAX_TRACKED = 50_000;

/** The last link of a commit, with the time of the commit. */
interface Commit {
  chain: number;
  link: number;
  at: number;
  events: number;
}

/**
 * How long events that are stored here take until each consumer has them, and how many are not delivered yet. Tracked only
 * while the feed runs in this pod.
 */
export class Deliveries {
  readonly #consumers: readonly string[];
  readonly #onDelivered: (ms: number) => void;
  /** By consumer: the commits that it doesn't have yet, and how many events they hold. */
  readonly #underWay = new Map<string, { commits: Commit[]; events: number }>();

  /** @param onDelivered milliseconds from an event's commit until a consumer had it */
  constructor(consumers: readonly string[], onDelivered: (ms: number) => void) {
    this.#consumers = consumers;
    this.#onDelivered = onDelivered;
  }

  /** Events that the slowest consumer doesn't have yet. */
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
    for (const queue of this.#underWay.values()) {
      queue.commits.push({ chain: last.chain, link: last.link, at: performance.now(), events: fed.length });
      queue.events += fed.length;
      while (queue.events > MAX_TRACKED) queue.events -= queue.commits.shift()?.events ?? 0;
    }
  }

  delivered(consumer: string, events: readonly FedEvent[]): void {
    const queue = this.#underWay.get(consumer);
    if (!queue) return;
    const now = performance.now();
    const ends = new Map(events.map(({ chain, link }) => [chain, link]));
    // A process commits one after another, and the feed keeps that order: once one has arrived, all before it have.
    const last = queue.commits.findLastIndex(({ chain, link }) => (ends.get(chain) ?? -1) >= link);
    for (const commit of queue.commits.splice(0, last + 1)) {
      this.#onDelivered(now - commit.at);
      queue.events -= commit.events;
    }
  }
}
