/** An item was refused, as too many wait already. */
export class QueueFull extends Error {}

export interface GroupCommitOptions {
  /** Items of one commit at most. 1 turns batching off. @default 500 */
  maxBatch?: number;
  /** Commits under way at once. @default 1 */
  concurrency?: number;
  /** Items that wait at most; more are refused. @default 10000 */
  maxWaiting?: number;
  /** Pause after a commit of several items, in multiples of its duration: batches grow, and cost less an item. @default 0 */
  rest?: number;
  /** After a commit of several items, the next one waits while this returns true. @default never */
  isHeld?: () => boolean;
  /** Upper bound of both pauses in milliseconds. @default 50, for work that no client waits for */
  maxRestMs?: number;
  /** Whether the first batch waits for all items that this turn of the event loop adds. @default false */
  wholeTurns?: boolean;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Milliseconds between two calls of `isHeld`. */
const LOOK_MS = 2;

/**
 * Group commit without a timer: the items that came while a commit ran are the next batch. A single item is committed at
 * once, so that batching adds no latency when there is nothing to batch.
 */
export class GroupCommit<Item, Result> {
  readonly #commit: (items: Item[]) => Promise<Result[]>;
  readonly #options: Required<GroupCommitOptions>;
  #waiting: Waiting<Item, Result>[] = [];
  #running = 0;

  /** @param commit resolves to one result an item, in the items' order; what it throws, every item's caller gets */
  constructor(commit: (items: Item[]) => Promise<Result[]>, options: GroupCommitOptions = {}) {
    this.#commit = commit;
    this.#options = {
      maxBatch: 500,
      concurrency: 1,
      maxWaiting: 10_000,
      rest: 0,
      isHeld: () => false,
      maxRestMs: 50,
      wholeTurns: false,
      ...options,
    };
  }

  /** Whether nothing waits and no commit is under way. */
  get idle(): boolean {
    return this.#running === 0 && this.#waiting.length === 0;
  }

  /** @throws QueueFull at once when too many wait; else what the commit throws. */
  add(item: Item): Promise<Result> {
    if (this.#waiting.length >= this.#options.maxWaiting)
      return Promise.reject(new QueueFull(`${this.#options.maxWaiting} items wait for a commit already`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#waiting.length !== 1) return;
      // In a microtask, so that what is added together goes together.
      if (this.#options.wholeTurns) setImmediate(() => this.#next());
      else queueMicrotask(() => this.#next());
    });
  }

  #next(): void {
    const { concurrency, maxBatch } = this.#options;
    while (this.#running < concurrency && this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, maxBatch);
      this.#running += 1;
      const started = performance.now();
      void this.#run(batch).finally(() => {
        const next = () => {
          this.#running -= 1;
          this.#next();
        };
        if (batch.length > 1) this.#pause(performance.now() - started, next);
        else next();
      });
    }
  }

  /** @param spentMs what the commit before took */
  #pause(spentMs: number, next: () => void): void {
    const { rest, isHeld, maxRestMs } = this.#options;
    const ms = Math.min(maxRestMs, rest * spentMs);
    const until = performance.now() + maxRestMs;
    const look = () => {
      if (isHeld() && performance.now() < until) setTimeout(look, LOOK_MS);
      else next();
    };
    if (ms > 1) setTimeout(look, ms);
    else look();
  }

  /** Never rejects. */
  async #run(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#commit(batch.map(({ item }) => item));
      if (results.length !== batch.length) {
        throw new Error(`a commit of ${batch.length} items gave ${results.length} results`);
      }
      for (const [i, { resolve }] of batch.entries()) resolve(results[i] as Result);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
