import type { Clock } from "../clock.ts";
import type { FedEvent, Outbox } from "./ports.ts";
import { comparePositions, type Position } from "./ports.ts";

export interface TailArgs {
  outbox: Outbox;
  clock: Clock;
  /** Milliseconds between reads of events of other pods, and of late commits. */
  pollMs: number;
  /** Events of one answer at most. */
  limit: number;
  signal: AbortSignal;
}

/**
 * Milliseconds between reads, and how many, after events were stored here: a transaction that began before may still run
 * and hold them back.
 */
const SOON_MS = 3;
const SOON_TIMES = 10;
/** Events kept in memory, for consumers that are a little behind the others. */
const KEPT = 5000;

/** The last events of the outbox, read once for all consumers. A consumer that is far behind reads by itself. */
export class Tail {
  readonly #args: TailArgs;
  /** The last events that were read, without gaps; they follow `#from`. */
  #kept: FedEvent[] = [];
  #from: Position | undefined;
  #reading: Promise<FedEvent[]> | undefined;
  #wake: (() => void) | undefined;
  #soon = 0;

  constructor(args: TailArgs) {
    this.#args = args;
  }

  wake(): void {
    this.#soon = SOON_TIMES;
    this.#wake?.();
  }

  /** The next events after a position. Waits for some for about `pollMs`, and then resolves to none. */
  async after(position: Position): Promise<FedEvent[]> {
    const kept = this.#following(position);
    if (kept === undefined) return this.#readAt(position);
    if (kept.length > 0) return kept;
    this.#reading ??= this.#readEnd(position).finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
    return this.#following(position) ?? [];
  }

  /** The kept events after a position; undefined when the position lies before all of them. */
  #following(position: Position): FedEvent[] | undefined {
    if (!this.#from || comparePositions(position, this.#from) < 0) return undefined;
    const last = this.#kept.at(-1);
    if (!last || comparePositions(position, last) >= 0) return [];
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (comparePositions(this.#kept[middle] as FedEvent, position) <= 0) low = middle + 1;
      else high = middle;
    }
    return this.#kept.slice(low, low + this.#args.limit);
  }

  /** Reads for a consumer that is far behind; once it reaches the end, what it read is kept for the others, too. */
  async #readAt(position: Position): Promise<FedEvent[]> {
    const events = await this.#args.outbox.read(position, this.#args.limit);
    const isEnd = events.length < this.#args.limit;
    if (isEnd || this.#from === undefined) this.#keep(position, events);
    return events;
  }

  async #readEnd(position: Position): Promise<FedEvent[]> {
    await this.#pause();
    const end = this.#kept.at(-1) ?? this.#from ?? position;
    if (this.#args.signal.aborted) return [];
    const events = await this.#args.outbox.read(end, this.#args.limit);
    if (events.length > 0) this.#soon = Math.max(this.#soon, 1);
    this.#keep(end, events);
    return events;
  }

  /** Appends events that follow the kept ones, or replaces the kept ones. */
  #keep(from: Position, events: FedEvent[]): void {
    const end = this.#kept.at(-1) ?? this.#from;
    if (!end || comparePositions(end, from) !== 0) {
      if (end && comparePositions(end, from) > 0) return;
      this.#from = from;
      this.#kept = [];
    }
    this.#kept.push(...events);
    const surplus = this.#kept.length - KEPT;
    if (surplus <= 0) return;
    this.#from = this.#kept[surplus - 1];
    this.#kept = this.#kept.slice(surplus);
  }

  async #pause(): Promise<void> {
    if (this.#soon === SOON_TIMES) {
      this.#soon -= 1;
      return;
    }
    const ms = this.#soon > 0 ? SOON_MS : this.#args.pollMs;
    this.#soon = Math.max(0, this.#soon - 1);
    await Promise.race([
      this.#args.clock.sleep(ms, this.#args.signal),
      new Promise<void>((resolve) => {
        this.#wake = resolve;
      }),
    ]);
    if (this.#soon === SOON_TIMES) this.#soon -= 1;
  }
}
