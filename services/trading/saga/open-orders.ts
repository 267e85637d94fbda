import { uniqueText } from "../clock.ts";
import type { Exchange, Report } from "../exchange/port.ts";
import { EventWriter, type EventWriterArgs, type NewEvent } from "./event-writer.ts";
import type { StoredEvent } from "./events.ts";
import { recordTransition } from "./events.ts";
import type { SagaStore } from "./ports.ts";
import { exchangeOrder, isRepeat, restingOrder } from "./reports.ts";
import { type ReservingArgs, refusal, reserve } from "./reserving.ts";
import { shardOf } from "./shard.ts";
import { type End, isEnd, type OrderState } from "./state.ts";

/** What came of an order, and how long each stage of it took, in milliseconds. */
export interface Ended {
  state: OrderState;
  end: End;
  reserveMs: number;
  executeMs: number;
}

export interface OpenOrdersArgs
  extends ReservingArgs,
    Pick<EventWriterArgs<unknown>, "writer" | "maxBatch" | "rest"> {
  store: SagaStore;
  /**
   * Opens the exchange's book for these shards.
   * @param report called with what happened on the exchange
   * @param trades prefix of its trades' ids; unique among all exchanges that are ever opened
   */
  exchange(report: (group: Report[]) => void, trades: string): Exchange;
  /** Events were stored. */
  onStored(events: StoredEvent[], ended: Ended[]): void;
  /**
   * It isn't known what the database holds now, as after a commit without an answer: this object must not be used any
   * more, and a new one has to load. Called once.
   */
  onOutcomeUnknown(error: unknown): void;
}

interface Entry {
  state: OrderState;
  shard: number;
  epoch: number;
  takenAt: number;
  reservedAt: number;
  cancelled: boolean;
  /** Whether the order was submitted to the exchange. */
  executing: boolean;
  /** Whether the order counts in `working`. */
  working: boolean;
}

/**
 * The unfinished orders of the shards that this pod owns, kept in memory, and the steps of each: reserve, execute, store.
 * When the outcome of a step is unknown, the whole object is dropped, and a new one loads what the database holds.
 */
export class OpenOrders {
  readonly #args: OpenOrdersArgs;
  readonly #exchange: Exchange;
  readonly #writer: EventWriter<Entry>;
  readonly #epochs = new Map<number, number>();
  readonly #entries = new Map<string, Entry>();
  readonly #over = new AbortController();
  /** Statements under way that read unfinished orders, and the orders that ended since the first of them began. */
  #reads = 0;
  readonly #endedMeanwhile = new Set<string>();
  #working = 0;

  constructor(args: OpenOrdersArgs) {
    this.#args = args;
    this.#exchange = args.exchange((group) => this.#reported(group), uniqueText(args.random));
    const { store, writer, maxBatch, rest } = args;
    this.#writer = new EventWriter({
      store,
      writer,
      maxBatch,
      rest,
      isOver: () => this.isOver,
      onStored: (all, events) => this.#stored(all, events),
      onOutcomeUnknown: (error) => this.#abandon(error),
    });
  }

  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** Orders that are neither resting on the exchange's book nor ended. */
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

  /** The epoch under which this pod owns a shard; undefined when it doesn't. */
  epochOf(shard: number): number | undefined {
    return this.isOver ? undefined : this.#epochs.get(shard);
  }

  knows(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Starts to process a shard's orders. Rejects when they couldn't be read. */
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
   * Takes the orders that `read` finds unfinished, and resolves to all of them. Orders that end, or whose shard is
   * released, while it runs are left out: the statement may have seen them as they were before, and they would be
   * processed twice.
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

  /** Stops processing a shard. Once this resolves, what was under way is stored or forgotten. */
  async release(shard: number): Promise<void> {
    this.#epochs.delete(shard);
    for (const [id, entry] of this.#entries) if (entry.shard === shard) this.#forget(id, entry);
    await this.settled();
  }

  /** Resolves when everything that was to be stored by now is stored, or this object is over. */
  async settled(): Promise<void> {
    if (!this.isOver) await this.#writer.settled();
  }

  /** Takes orders in the state that the database has; those that are here already stay as they are. */
  takeAll(states: OrderState[]): void {
    const resting = states.filter((state) => this.take(state) && state.status === "open");
    if (resting.length > 0) this.#exchange.restore(resting.map(restingOrder));
  }

  /** Starts the steps of an order. Returns false when the order is here already, or its shard isn't. */
  take(state: OrderState): boolean {
    const { id, symbol } = state.order;
    const shard = shardOf(symbol);
    const epoch = this.epochOf(shard);
    if (epoch === undefined || this.#entries.has(id)) return false;
    const now = this.#args.clock.now();
    const executing = state.status === "open";
    const times = { takenAt: now, reservedAt: now };
    const entry = { state, shard, epoch, ...times, cancelled: false, executing, working: !executing };
    this.#entries.set(id, entry);
    if (!executing) {
      this.#working += 1;
      void this.#work(entry);
    }
    return true;
  }

  /** Cancels an order, unless it is executed first. */
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
    this.#exchange.submit(exchangeOrder(order));
  }

  #close(entry: Entry, closed: Exclude<End, "filled">, reason: string): void {
    this.#reported([{ orderId: entry.state.order.id, type: "closed", closed, reason }]);
  }

  /** Applies what the exchange, or a step, reported: to the orders in memory at once, and then to the database. */
  #reported(group: Report[]): void {
    if (this.isOver) return;
    const now = this.#args.clock.now();
    const events: NewEvent<Entry>[] = [];
    try {
      for (const report of group) {
        const entry = this.#entries.get(report.orderId);
        if (!entry || isRepeat(entry.state, report)) continue;
        events.push({ row: recordTransition(entry.state, report, now), entry });
      }
    } catch (error) {
      this.#abandon(error);
      return;
    }
    if (events.length === 0) return;
    for (const { entry } of events)
      if (entry.cancelled && entry.state.status === "open") this.#cancelLater(entry);
    void this.#writer.write(events);
  }

  /** Cancels an order whose cancellation came before it rested on the book. */
  #cancelLater(entry: Entry): void {
    queueMicrotask(() => {
      if (!this.#isGone(entry)) this.#exchange.cancel(entry.state.order.id);
    });
  }

  #stored(all: NewEvent<Entry>[], events: StoredEvent[]): void {
    const now = this.#args.clock.now();
    const ended: Ended[] = [];
    for (const { row, entry } of all) {
      // With its first event after `placed` an order rests on the book, or has ended.
      this.#stopWorking(entry);
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
    this.#stopWorking(entry);
  }

  #stopWorking(entry: Entry): void {
    if (!entry.working) return;
    entry.working = false;
    this.#working -= 1;
  }

  #isGone(entry: Entry): boolean {
    return this.isOver || this.#entries.get(entry.state.order.id) !== entry;
  }

  #abandon(error: unknown): void {
    if (this.isOver) return;
    this.end();
    this.#args.onOutcomeUnknown(error);
  }
}
