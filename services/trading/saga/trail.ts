import { GroupCommit } from "../../kit/database/group-commit.ts";
import { Chain } from "../chain/chain.ts";
import { type EventRow, linked } from "./events.ts";
import type { SagaStore, StoredEvent } from "./ports.ts";
import { isEnd } from "./state.ts";

/** An event, and the order in memory that it is about. */
export interface Told<Entry> {
  row: EventRow;
  entry: Entry;
}

export interface TrailArgs<Entry> {
  store: Pick<SagaStore, "commit" | "openChain">;
  /** Names the writer in its chain of events. */
  writer: string;
  /** Groups of one commit at most. */
  maxBatch: number;
  /** Pause after a commit, in multiples of its duration; see `GroupCommit`. @default 0 */
  rest?: number | undefined;
  /** What would be stored now mustn't be any more. */
  isOver(): boolean;
  /** They are stored, in this order. */
  onStored(all: Told<Entry>[], events: StoredEvent[]): void;
  /** It isn't known whether they are. */
  onDoubt(error: unknown): void;
}

/** Stores what happens to orders: in groups, chained, and only while their shards are held under the same epochs. */
export class Trail<Entry extends { shard: number; epoch: number }> {
  readonly #args: TrailArgs<Entry>;
  readonly #commits: GroupCommit<Told<Entry>[], undefined>;
  #chain: Chain | undefined;

  constructor(args: TrailArgs<Entry>) {
    this.#args = args;
    this.#commits = new GroupCommit((groups) => this.#commit(groups), {
      maxBatch: args.maxBatch,
      maxWaiting: Number.POSITIVE_INFINITY,
      rest: args.rest ?? 0,
    });
  }

  /** Resolves once all of these are stored. Never rejects: of a doubt, `onDoubt` has been told. */
  async tell(together: Told<Entry>[]): Promise<void> {
    await this.#commits.add(together).catch(() => undefined);
  }

  /** Resolves once what was told by now is stored, or in doubt. */
  async settled(): Promise<void> {
    if (!this.#commits.idle) await this.tell([]);
  }

  async #commit(groups: Told<Entry>[][]): Promise<undefined[]> {
    if (this.#args.isOver()) throw new Error("nothing is stored here any more");
    const all = groups.flat();
    if (all.length > 0) {
      try {
        await this.#store(all);
      } catch (error) {
        this.#args.onDoubt(error);
        throw error;
      }
    }
    return groups.map(() => undefined);
  }

  async #store(all: Told<Entry>[]): Promise<void> {
    const { store, writer, isOver, onStored } = this.#args;
    if (!this.#chain) {
      const { chain, hash } = await store.openChain(writer);
      this.#chain = new Chain(chain, hash);
    }
    const events: StoredEvent[] = [];
    const ended: { shard: number; id: string }[] = [];
    const held = new Map<number, number>();
    for (const { row, entry } of all) {
      events.push(linked(row, this.#chain));
      held.set(entry.shard, entry.epoch);
      if (isEnd(row.status)) ended.push({ shard: entry.shard, id: row.orderId });
    }
    await store.commit({ events, ended, held: [...held].map(([shard, epoch]) => ({ shard, epoch })) });
    if (!isOver()) onStored(all, events);
  }
}
