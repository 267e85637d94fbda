import { ChurnMap } from "../churn-map.ts";
import type { Exchange, Report, RestingOrder } from "../exchange/port.ts";
import { happen } from "./events.ts";
import type { Random, SagaStore, StoredEvent } from "./ports.ts";
import { type ReservingArgs, refusal, reserve } from "./reserving.ts";
import { shardOf } from "./shard.ts";
import { type End, isEnd, type OrderState } from "./state.ts";
import { type Told, Trail, type TrailArgs } from "./trail.ts";

/** What came of an order, and how long each stage of it took, in milliseconds. */
export interface Ended {
  state: OrderState;
  end: End;
  reserveMs: number;
  executeMs: number;
}

export interface TenureArgs extends ReservingArgs, Pick<TrailArgs<unknown>, "writer" | "maxBatch" | "rest"> {
  store: SagaStore;
  /**
   * Makes the exchange of these shards; what it reports comes here.
   * @param trades what its trades' names begin with, unlike all others'
   */
  exchange(report: (group: Report[]) => void, trades: string): Exchange;
  /** Events were stored. */
  onStored(events: StoredEvent[], ended: Ended[]): void;
  /** What is true isn't known any more: this tenure is over, and a new one has to load. Called once. */
  onDoubt(error: unknown): void;
}

interface Entry {
  state: OrderState;
  shard: number;
  epoch: number;
  takenAt: number;
  reservedAt: number;
  cancelled: boolean;
  /** Handed to the exchange. */
  executing: boolean;
  /** Counts among those at work. */
  working: boolean;
}

/**
 * The saga's memory: the unfinished orders of the shards that a pod holds, and their way to an end: reserve, execute,
 * store. It lasts until something happens whose outcome isn't known; then all of it is dropped and another one loads
 * what the database holds.
 */
export class Tenure {
  readonly #args: TenureArgs;
  readonly #exchange: Exchange;
  readonly #trail: Trail<Entry>;
  readonly #epochs = new Map<number, number>();
  readonly #entries = new ChurnMap<string, Entry>();
  readonly #over = new AbortController();
  /** Statements under way that look for unfinished orders, and the orders that ended since the first of them began. */
  #reads = 0;
  readonly #endedMeanwhile = new Set<string>();
  #working = 0;

  constructor(args: TenureArgs) {
    this.#args = args;
    this.#exchange = args.exchange((group) => this.#reported(group), uniqueText(args.random));
    const { store, writer, maxBatch, rest } = args;
    this.#trail = new Trail({
      store,
      writer,
      maxBatch,
      rest,
      isOver: () => this.isOver,
      onStored: (all, events) => this.#stored(all, events),
      onDoubt: (error) => this.#doubt(error),
    });
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Orders on their way to the exchange or to an end; what rests on the book doesn't count. */
  get working(): number {
    return this.#working;
  }

  /** All orders in memory. */
  get size(): number {
    return this.#entries.size;
  }

  get shards(): number[] {
    return [...this.#epochs.keys()];
  }

  /** The epoch under which a shard is held: nothing when it isn't. */
  epochOf(shard: number): number | undefined {
    return this.isOver ? undefined : this.#epochs.get(shard);
  }

  knows(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Begins to work a shard. Rejects when its orders couldn't be read. */
  async hold(shard: number, epoch: number): Promise<void> {
    this.#epochs.set(shard, epoch);
    try {
      await this.takeFrom(() => this.#args.store.load(shard));
    } catch (error) {
      this.#epochs.delete(shard);
      throw error;
    }
  }

  /**
   * Takes the orders that a statement finds unfinished, and resolves to them all. What ends here while it runs, and what
   * is given away meanwhile, it may have seen before that: such an order would be worked once more.
   */
  async takeFrom(read: () => Promise<OrderState[]>): Promise<OrderState[]> {
    const epochs = new Map(this.#epochs);
    this.#reads += 1;
    try {
      const states = await read();
      const isNew = ({ order: { id, symbol } }: OrderState) => {
        const shard = shardOf(symbol);
        return !this.#endedMeanwhile.has(id) && this.#epochs.get(shard) === epochs.get(shard);
      };
      this.takeAll(states.filter(isNew));
      return states;
    } finally {
      this.#reads -= 1;
      if (this.#reads === 0) this.#endedMeanwhile.clear();
    }
  }

  /** Lets go of a shard: what is under way is stored or forgotten once this resolves. */
  async give(shard: number): Promise<void> {
    this.#epochs.delete(shard);
    for (const [id, entry] of this.#entries) if (entry.shard === shard) this.#forget(id, entry);
    await this.settled();
  }

  /** Resolves when what was to be stored by now has been, or this is over. */
  async settled(): Promise<void> {
    if (!this.isOver) await this.#trail.settled();
  }

  /** Takes orders as the database has them; those that are known already stay as they are. */
  takeAll(states: OrderState[]): void {
    const resting = states.filter((state) => this.take(state) && state.status === "open");
    if (resting.length > 0) this.#exchange.restore(resting.map(restingOrder));
  }

  /** Begins to work an order, and says so, unless it is known or not to be worked here. */
  take(state: OrderState): boolean {
    const { id, symbol } = state.order;
    const shard = shardOf(symbol);
    const epoch = this.epochOf(shard);
    if (epoch === undefined || this.#entries.has(id)) return false;
    const now = this.#args.clock.now();
    const executing = state.status === "open";
    const times = { takenAt: now, reservedAt: now };
    const entry = { state, shard, epoch, ...times, cancelled: false, executing, working: !executing };
    this.#entries.add(id, entry);
    if (!executing) {
      this.#working += 1;
      void this.#work(entry);
    }
    return true;
  }

  /** Has an order cancelled if it can still be. */
  cancel(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    entry.cancelled = true;
    if (entry.executing) this.#exchange.cancel(id);
  }

  end(): void {
    this.#over.abort();
    this.#exchange.close();
    this.#entries.clear();
    this.#working = 0;
  }

  /** Never rejects. */
  async #work(entry: Entry): Promise<void> {
    const { order } = entry.state;
    const outcome = await reserve(
      {
        order,
        takenAt: entry.takenAt,
        signal: this.#over.signal,
        isGivenUp: () => entry.cancelled || this.#isGone(entry),
      },
      this.#args,
    );
    if (this.#isGone(entry)) return;
    entry.reservedAt = this.#args.clock.now();
    if (entry.cancelled) return this.#close(entry, "cancelled", "Cancelled by the client.");
    if (outcome !== "reserved") return this.#close(entry, "rejected", refusal(outcome, order.side));
    entry.executing = true;
    const { id, symbol, side, type, quantity, worst } = order;
    this.#exchange.submit({ id, symbol, side, type, quantity, worst });
  }

  #close(entry: Entry, closed: Exclude<End, "filled">, reason: string): void {
    this.#reported([{ orderId: entry.state.order.id, type: "closed", closed, reason }]);
  }

  /** What the exchange, or the saga itself, says that happened: at once in memory, and true once it is stored. */
  #reported(group: Report[]): void {
    if (this.isOver) return;
    const now = this.#args.clock.now();
    const events: Told<Entry>[] = [];
    try {
      for (const report of group) {
        const entry = this.#entries.get(report.orderId);
        if (!entry || isRepeat(entry.state, report)) continue;
        events.push({ row: happen(entry.state, report, now), entry });
      }
    } catch (error) {
      this.#doubt(error);
      return;
    }
    if (events.length === 0) return;
    for (const { entry } of events)
      if (entry.cancelled && entry.state.status === "open") this.#cancelLater(entry);
    void this.#trail.tell(events);
  }

  /** A cancellation that came before the order was on the book. */
  #cancelLater(entry: Entry): void {
    queueMicrotask(() => {
      if (!this.#isGone(entry)) this.#exchange.cancel(entry.state.order.id);
    });
  }

  #stored(all: Told<Entry>[], events: StoredEvent[]): void {
    const now = this.#args.clock.now();
    const ended: Ended[] = [];
    for (const { row, entry } of all) {
      // The first event after acceptance takes an order off the way: to the book or to its end.
      this.#leave(entry);
      if (!isEnd(row.status)) continue;
      this.#entries.delete(row.orderId);
      if (this.#reads > 0) this.#endedMeanwhile.add(row.orderId);
      const { state, takenAt, reservedAt } = entry;
      ended.push({ state, end: row.status, reserveMs: reservedAt - takenAt, executeMs: now - reservedAt });
    }
    this.#args.onStored(events, ended);
  }

  #forget(id: string, entry: Entry): void {
    this.#entries.delete(id);
    this.#exchange.forget(id);
    this.#leave(entry);
  }

  #leave(entry: Entry): void {
    if (!entry.working) return;
    entry.working = false;
    this.#working -= 1;
  }

  #isGone(entry: Entry): boolean {
    return this.isOver || this.#entries.get(entry.state.order.id) !== entry;
  }

  #doubt(error: unknown): void {
    if (this.isOver) return;
    this.end();
    this.#args.onDoubt(error);
  }
}

/** 13 digits and letters, which is some 67 bits. */
function uniqueText(random: Random): string {
  return Array.from({ length: 13 }, () => Math.floor(random() * 36).toString(36)).join("");
}

/** What is left of an order on the book. */
function restingOrder({ order, filled, priority = order.createdAt * 1000 }: OrderState): RestingOrder {
  const { id, symbol, side, type, worst } = order;
  return { id, symbol, side, type, quantity: order.quantity - filled, worst, priority };
}

/** At least once is how an exchange reports. */
function isRepeat(state: OrderState, report: Report): boolean {
  switch (report.type) {
    case "opened":
      return state.version > 0;
    case "fill":
      return state.fillIds.includes(report.fill.id);
    case "closed":
      return isEnd(state.status);
  }
}
