import { backoffMs } from "../../kit/client/retry.ts";
import type { Clock, Random } from "../clock.ts";
import type { Consumer, FedEvent, Outbox } from "./ports.ts";
import { comparePositions, type Position, positionText, START } from "./ports.ts";
import { Tail } from "./tail.ts";

export interface FeedArgs {
  outbox: Outbox;
  consumers: Consumer[];
  clock: Clock;
  random: Random;
  /** A consumer has taken events. */
  onDelivered(consumer: string, events: FedEvent[]): void;
  onError(error: unknown, what: string): void;
  /** Milliseconds between reads of events of other pods, and of late commits. @default 20 */
  pollMs?: number;
}

/** Events of one call at most: see `docs/orders.md`. */
const BATCH = 1000;

/**
 * Sends each consumer all events in order, from the position that it has stored. Runs in the pod that owns the lease
 * `feed`; if a former owner still sends, the consumer's stored position refuses one of the two.
 */
export class Feed {
  readonly #args: FeedArgs;
  #run: { control: AbortController; tail: Tail } | undefined;

  constructor(args: FeedArgs) {
    this.#args = args;
  }

  start(): void {
    if (this.#run) return;
    const control = new AbortController();
    const { outbox, clock, pollMs = 20 } = this.#args;
    const tail = new Tail({ outbox, clock, pollMs, limit: BATCH, signal: control.signal });
    this.#run = { control, tail };
    for (const consumer of this.#args.consumers) void this.#deliver(consumer, tail, control.signal);
  }

  stop(): void {
    this.#run?.control.abort();
    this.#run = undefined;
  }

  /** To be called when events were stored in this process: they are read at once. */
  wake(): void {
    this.#run?.tail.wake();
  }

  /** Never rejects. */
  async #deliver(consumer: Consumer, tail: Tail, signal: AbortSignal): Promise<void> {
    const { clock, random, onDelivered, onError } = this.#args;
    let at: Position | undefined;
    for (let failures = 0; !signal.aborted; ) {
      try {
        const events = await tail.after(at ?? START);
        if (signal.aborted) return;
        const last = events.at(-1);
        if (!last) continue;
        const now = await consumer.send(at, events);
        failures = 0;
        const taken = now !== undefined && comparePositions(now, last) === 0;
        if (taken) onDelivered(consumer.name, events);
        else onError(new Error(elsewhere(consumer.name, at, now)), "position");
        at = now;
      } catch (error) {
        failures += 1;
        onError(error, consumer.name);
        await clock.sleep(backoffMs(failures, 20, 1000, random), signal);
      }
    }
  }
}

const elsewhere = (name: string, expected: Position | undefined, is: Position | undefined): string =>
  `${name} is at ${is ? positionText(is) : "the start"}, not at ${expected ? positionText(expected) : "the start"}`;
