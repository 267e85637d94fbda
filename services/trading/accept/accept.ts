import { GroupCommit, QueueFull } from "../../kit/database/group-commit.ts";
import { Chain } from "../chain/chain.ts";
import { linked, placedEvent } from "../saga/events.ts";
import type { StoredEvent } from "../saga/ports.ts";
import { type PlacedOrder, placed } from "../saga/state.ts";

/** An order as a client asks for it, with an id that it gets if it is stored. */
export interface Request {
  key: string;
  /** Equal for requests that mean the same order. */
  fingerprint: Buffer;
  order: PlacedOrder;
}

/** An order that is stored under a key. */
export interface Kept {
  fingerprint: Buffer;
  order: PlacedOrder;
}

export interface AcceptStore {
  /**
   * Stores orders, their keys and their first events, all or nothing. May be called again with the same.
   * Resolves to false when one of the keys is there already; rejects when it isn't known what happened.
   */
  insert(requests: Request[], events: StoredEvent[]): Promise<boolean>;
  /** What is stored under keys, by `keyOf`. */
  lookUp(requests: Request[]): Promise<Map<string, Kept>>;
  openChain(writer: string): Promise<{ chain: number; hash: Buffer }>;
}

/** What came of a request: its order, or the one that its key already had, or that the key means another order. */
export type Accepted = { order: PlacedOrder; replayed: boolean } | "other-order";

export interface AcceptArgs {
  store: AcceptStore;
  /** Names the writer in its chains of events. */
  writer: string;
  /** Orders of one commit at most; 1 turns batching off. @default 500 */
  maxBatch?: number;
  /** Commits under way at once, each with a chain of events of its own. @default 1 */
  concurrency?: number;
  /** Orders that wait for a commit at most. @default 2000 */
  maxWaiting?: number;
  /** Orders of this pod that are on their way to an end or to the ledgers. */
  unbooked(): number;
  /** Called before orders are stored; what it answers, once they are. */
  expect(): (orders: PlacedOrder[]) => void;
  onCommit(orders: number, ms: number): void;
  now(): number;
}

/** Batches after one with a known key that look keys up before they insert: repeats come in swarms. */
const WARY_BATCHES = 20;

/**
 * Orders that were accepted and are not booked yet, beyond which the next commit waits, though not for long: a client
 * does too. What came meanwhile is a larger batch, and the machine is the ledgers' for as long: else they get orders in
 * bursts, and take longer for one than an event may be on its way. Measured at 80 % of the most: 47 instead of 60 ms (99th
 * percentile, median of 6 runs); it costs a few percent of the most.
 */
const MOST_UNBOOKED = 96;
const MAX_HOLD_MS = 10;

/** One text for a user and a key, which have no control characters. */
export const keyOf = ({ key, order }: Pick<Request, "key" | "order">): string => `${order.userId}\n${key}`;

/** Stores orders in groups: each once, whatever is repeated or lost. */
export class Accept {
  readonly #args: AcceptArgs;
  readonly #commits: GroupCommit<Request, Accepted>;
  readonly #idleChains: Chain[] = [];
  #wary = 0;

  constructor(args: AcceptArgs) {
    this.#args = args;
    const { maxBatch = 500, concurrency = 1, maxWaiting = 2000, unbooked } = args;
    this.#commits = new GroupCommit((requests) => this.#commit(requests), {
      maxBatch,
      concurrency,
      maxWaiting,
      isHeld: () => unbooked() > MOST_UNBOOKED,
      maxRestMs: MAX_HOLD_MS,
    });
  }

  /** @throws QueueFull; what the store throws when it isn't known whether the order was stored */
  accept(request: Request): Promise<Accepted> {
    return this.#commits.add(request);
  }

  async #commit(requests: Request[]): Promise<Accepted[]> {
    const started = this.#args.now();
    const done = this.#args.expect();
    const firsts = new Map<string, Request>();
    for (const request of requests) {
      const key = keyOf(request);
      if (!firsts.has(key)) firsts.set(key, request);
    }
    const kept = await this.#store(firsts);
    const stored: PlacedOrder[] = [];
    const answers = requests.map((request): Accepted => {
      const key = keyOf(request);
      const { order, fingerprint } = kept.get(key) ?? (firsts.get(key) as Request);
      if (order.id === request.order.id) {
        stored.push(request.order);
        return { order: request.order, replayed: false };
      }
      return fingerprint.equals(request.fingerprint) ? { order, replayed: true } : "other-order";
    });
    done(stored);
    this.#args.onCommit(stored.length, this.#args.now() - started);
    return answers;
  }

  /** Stores those whose keys are new; answers what is there under the others. */
  async #store(requests: ReadonlyMap<string, Request>): Promise<Map<string, Kept>> {
    const { store } = this.#args;
    const all = [...requests.values()];
    let kept = new Map<string, Kept>();
    if (this.#wary > 0) kept = await store.lookUp(all);
    for (;;) {
      const rest = all.filter((request) => !kept.has(keyOf(request)));
      if (rest.length === 0 || (await this.#insert(rest))) break;
      // A key was there, perhaps by a first try of this very batch whose answer was lost.
      this.#wary = WARY_BATCHES;
      kept = await store.lookUp(all);
    }
    if (kept.size > 0) this.#wary = WARY_BATCHES;
    else if (this.#wary > 0) this.#wary -= 1;
    return kept;
  }

  async #insert(requests: Request[]): Promise<boolean> {
    const { store } = this.#args;
    const chain = this.#idleChains.pop() ?? (await this.#newChain());
    const { mark } = chain;
    const events = requests.map(({ order }) => linked(placedEvent(placed(order)), chain));
    // When this throws, the chain is left: whether its links were stored isn't known.
    const isStored = await store.insert(requests, events);
    if (!isStored) await this.#settle(requests, chain, mark);
    this.#idleChains.push(chain);
    return isStored;
  }

  /** A chain may go on only from where it surely ends: before the links, unless a first try had stored them. */
  async #settle(requests: Request[], chain: Chain, mark: Chain["mark"]): Promise<void> {
    const [first] = requests;
    if (!first) return;
    const kept = await this.#args.store.lookUp([first]);
    if (kept.get(keyOf(first))?.order.id !== first.order.id) chain.rewind(mark);
  }

  async #newChain(): Promise<Chain> {
    const { chain, hash } = await this.#args.store.openChain(this.#args.writer);
    return new Chain(chain, hash);
  }
}

export { QueueFull };
