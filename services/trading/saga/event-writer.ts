import { GroupCommit } from "../../kit/group-commit.ts";
import { Chain } from "../chain/chain.ts";
import { chained, type EventRow, type StoredEvent } from "./events.ts";
import type { SagaStore } from "./ports.ts";
import { isEnd, type Status } from "./state.ts";

/** An event that is to be stored, and the order in memory that it is about. */
export interface NewEvent<Entry> {
  row: EventRow;
  entry: Entry;
}

export interface EventWriterArgs<Entry> {
  store: Pick<SagaStore, "commit" | "openChain">;
  /** Name of the writer in its chain of events. */
  writer: string;
  /** Groups of events in one commit at most. */
  maxBatch: number;
  /** Pause after a commit, in multiples of its duration; see `GroupCommit`. @default 0 */
  rest?: number | undefined;
  /** Whether nothing must be stored any more. */
  isOver(): boolean;
  /** These events are stored, in this order. */
  onStored(all: NewEvent<Entry>[], events: StoredEvent[]): void;
  /** It isn't known whether the last events were stored. */
  onOutcomeUnknown(error: unknown): void;
}

/** Stores events of orders: in group commits, hash-chained, and only while their shards are owned under the same epochs. */
export class EventWriter<Entry extends { shard: number; epoch: number; state: { status: Status } }> {
  readonly #args: EventWriterArgs<Entry>;
  readonly #commits: GroupCommit<NewEvent<Entry>[], undefined>;
  #chain: Chain | undefined;

  constructor(args: EventWriterArgs<Entry>) {
    this.#args = args;
    this.#commits = new GroupCommit((groups) => this.#commit(groups), {
      maxBatch: args.maxBatch,
      maxWaiting: Number.POSITIVE_INFINITY,
      rest: args.rest ?? 0,
    });
  }

  /**
   * Stores events in one commit, all or none. Resolves once they are stored, or `onOutcomeUnknown` was called; never
   * rejects.
   */
  async write(together: NewEvent<Entry>[]): Promise<void> {
    await this.#commits.add(together).catch(() => undefined);
  }

  /** Resolves once all that was given to `write` by now is stored, or its outcome is unknown. */
  async settled(): Promise<void> {
    if (!this.#commits.idle) await this.write([]);
  }

  async #commit(groups: NewEvent<Entry>[][]): Promise<undefined[]> {
    if (this.#args.isOver())
      throw new Error("this writer is over, as the outcome of an earlier commit is unknown");
    const all = groups.flat();
    if (all.length > 0) {
      try {
        await this.#store(all);
      } catch (error) {
        this.#args.onOutcomeUnknown(error);
        throw error;
      }
    }
    return groups.map(() => undefined);
  }

  async #store(all: NewEvent<Entry>[]): Promise<void> {
    const { store, writer, isOver, onStored } = this.#args;
    if (!this.#chain) {
      const { chain, hash } = await store.openChain(writer);
      this.#chain = new Chain(chain, hash);
    }
    const events: StoredEvent[] = [];
    const ended: { shard: number; id: string }[] = [];
    const opened: { shard: number; id: string }[] = [];
    const held = new Map<number, number>();
    for (const { row, entry } of all) {
      events.push(chained(row, this.#chain));
      held.set(entry.shard, entry.epoch);
      if (isEnd(row.status)) ended.push({ shard: entry.shard, id: row.orderId });
      // Only the event `opened` isn't for the feed. The order in memory is as it will be after all of these events.
      else if (!row.fed && !isEnd(entry.state.status)) opened.push({ shard: entry.shard, id: row.orderId });
    }
    await store.commit({
      events,
      ended,
      opened,
      held: [...held].map(([shard, epoch]) => ({ shard, epoch })),
    });
    if (!isOver()) onStored(all, events);
  }
}
