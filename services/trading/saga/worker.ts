import { backoffMs } from "../../kit/client/retry.ts";
import { timeOf } from "../../kit/uuid.ts";
import { Leases } from "./leases.ts";
import { OpenOrders, type OpenOrdersArgs } from "./open-orders.ts";
import type { Lease, LeaseStore } from "./ports.ts";
import { SHARDS, shardOf, shardOfLease } from "./shard.ts";
import { type PlacedOrder, placed } from "./state.ts";

export interface WorkerArgs extends Omit<OpenOrdersArgs, "onOutcomeUnknown"> {
  leases: LeaseStore;
  /** Name of this process: its pod's name, a slash, and a random suffix, as a pod's container may be restarted. */
  owner: string;
  /** A lease that isn't a shard's was gained or lost. */
  onTask(name: string, held: boolean): void;
  onError(error: unknown, what: string): void;
  /** Milliseconds between two reads of orders that other pods accepted. @default 25 */
  pollMs?: number;
  /** Milliseconds between heartbeats of the leases. @default 1000 */
  beatMs?: number;
}

/**
 * A pod that is the only one accepts all orders itself, and finds others only after a lost connection: it reads this
 * many times less often.
 */
const ALONE = 10;
/**
 * New orders are found by the time in their ids. The reads go back this far, as pods' clocks differ and commits take
 * time.
 */
const LATE_MS = 10_000;
/**
 * All unfinished orders are read this often, whatever their time: a pod that was frozen, or a commit that waited for the disk,
 * stores an order that much later than the time in its id.
 */
const ALL_MS = 5000;

/** Processes the orders of the shards that this process owns, through losses of leases and of the database. */
export class Worker {
  readonly #args: WorkerArgs;
  readonly #leases: Leases;
  readonly #stopped = new AbortController();
  #openOrders: OpenOrders;
  #restarting = false;
  #sawAllAt = Number.NEGATIVE_INFINITY;
  #wake: (() => void) | undefined;

  constructor(args: WorkerArgs) {
    this.#args = args;
    this.#openOrders = this.#newOpenOrders();
    this.#leases = new Leases({
      store: args.leases,
      clock: args.clock,
      random: args.random,
      owner: args.owner,
      backlog: () => this.#backlog(),
      onGained: (lease) => this.#gained(lease),
      onLost: (name) => this.#lost(name),
      onGive: (name) => this.#give(name),
      onError: (error) => args.onError(error, "heartbeat"),
      ...(args.beatMs !== undefined && { beatMs: args.beatMs }),
    });
  }

  /** Orders being processed here; see `OpenOrders.working`. */
  get working(): number {
    return this.#openOrders.working;
  }

  /** Orders being processed by the owner of a symbol's shard, as of its last heartbeat. */
  backlogOf(symbol: string): number {
    const shard = shardOf(symbol);
    if (this.#openOrders.epochOf(shard) !== undefined) return this.#openOrders.working;
    return this.#leases.backlogOf(shard);
  }

  start(): void {
    this.#leases.start();
    void this.#poll();
  }

  /** Sets whether this pod's zone is shifted away: pods of other zones then process its orders. */
  shifted(away: boolean): void {
    this.#leases.setAway(away);
  }

  /** Stores what is under way and releases the shards. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#leases.stop();
    this.#openOrders.end();
  }

  /**
   * To be called before orders are stored. The function that it returns, called once they are stored, starts those whose
   * shards this process has owned all the time. The others are found by the owners of their shards, and may have ended
   * by then.
   */
  expect(): (orders: PlacedOrder[]) => void {
    const openOrders = this.#openOrders;
    const epochs = Array.from({ length: SHARDS }, (_, shard) => openOrders.epochOf(shard));
    return (orders) => {
      for (const order of orders) {
        const shard = shardOf(order.symbol);
        const epoch = openOrders.epochOf(shard);
        if (epoch !== undefined && epoch === epochs[shard]) openOrders.take(placed(order));
      }
    };
  }

  /** Reads cancellations, and orders of other pods, now. */
  wake(): void {
    this.#wake?.();
  }

  #newOpenOrders(): OpenOrders {
    const openOrders: OpenOrders = new OpenOrders({
      ...this.#args,
      onOutcomeUnknown: (error) => {
        this.#args.onError(error, "commit");
        void this.#restart();
      },
    });
    return openOrders;
  }

  /**
   * Claims the shards under new epochs and loads them. By then, what the last `OpenOrders` sent is in the database, or is
   * refused for its old epoch.
   */
  async #restart(): Promise<void> {
    if (this.#restarting) return;
    this.#restarting = true;
    const { clock, random, onError } = this.#args;
    for (let attempt = 1; !this.#stopped.signal.aborted; attempt += 1) {
      try {
        const leases = await this.#leases.renew();
        const openOrders = this.#newOpenOrders();
        this.#openOrders = openOrders;
        await this.#hold(openOrders, leases);
        // Shards that were gained while these were loaded.
        await this.#hold(
          openOrders,
          this.#leases.held.filter(({ name }) => !leases.some((one) => one.name === name)),
        );
        if (!openOrders.isOver) break;
      } catch (error) {
        onError(error, "load");
        this.#openOrders.end();
      }
      await clock.sleep(backoffMs(attempt, 50, 1000, random), this.#stopped.signal);
    }
    this.#restarting = false;
  }

  async #hold(openOrders: OpenOrders, leases: Lease[]): Promise<void> {
    await Promise.all(
      leases.map(({ name, epoch }) => {
        const shard = shardOfLease(name);
        return shard === undefined ? undefined : openOrders.hold(shard, epoch);
      }),
    );
  }

  #gained(lease: Lease): void {
    if (shardOfLease(lease.name) === undefined) this.#args.onTask(lease.name, true);
    // A restart under way loads the new shard with the others.
    else if (this.#restarting || this.#openOrders.isOver) void this.#restart();
    else {
      const openOrders = this.#openOrders;
      this.#hold(openOrders, [lease]).catch((error: unknown) => {
        this.#args.onError(error, "load");
        openOrders.end();
        void this.#restart();
      });
    }
  }

  #lost(name: string): void {
    const shard = shardOfLease(name);
    if (shard === undefined) this.#args.onTask(name, false);
    else void this.#openOrders.release(shard);
  }

  async #give(name: string): Promise<void> {
    const shard = shardOfLease(name);
    if (shard === undefined) this.#args.onTask(name, false);
    else await this.#openOrders.release(shard);
  }

  #backlog(): ReadonlyMap<string, number> {
    const { shards, working } = this.#openOrders;
    return new Map(shards.map((shard) => [`shard-${shard}`, working]));
  }

  async #poll(): Promise<void> {
    const { clock, onError, pollMs = 25 } = this.#args;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await this.#look(this.#openOrders).catch((error: unknown) => onError(error, "poll"));
      const pause = this.#leases.members > 1 ? pollMs : pollMs * ALONE;
      await Promise.race([
        clock.sleep(pause, signal),
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
      ]);
    }
  }

  async #look(openOrders: OpenOrders): Promise<void> {
    const { store, clock } = this.#args;
    const { shards } = openOrders;
    if (openOrders.isOver || shards.length === 0) return;
    const now = clock.now();
    const all = now - this.#sawAllAt >= ALL_MS;
    const [orders, cancellations] = await Promise.all([
      store.placedSince(shards, all ? 0 : now - LATE_MS),
      store.cancellations(shards),
    ]);
    if (all) this.#sawAllAt = now;
    const unknown = orders.filter(({ id }) => !openOrders.knows(id));
    if (unknown.length > 0) await openOrders.takeFrom(() => store.read(unknown));
    const gone = cancellations.filter(({ id }) => !openOrders.knows(id));
    for (const { id } of cancellations) openOrders.cancel(id);
    if (gone.length > 0 && !openOrders.isOver) await this.#settle(openOrders, gone);
  }

  /** Deletes cancellations of orders that have ended; the others stay until the order is known here. */
  async #settle(openOrders: OpenOrders, gone: { shard: number; id: string }[]): Promise<void> {
    const { store } = this.#args;
    const orders = gone.map((one) => ({ ...one, createdAt: timeOf(one.id) }));
    const unfinished = await openOrders.takeFrom(() => store.read(orders));
    const open = new Set(unfinished.map(({ order }) => order.id));
    const done = gone.filter(({ id }) => !open.has(id));
    if (done.length > 0) await store.settleCancellations(done);
  }
}
