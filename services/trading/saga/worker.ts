import { backoffMs } from "../../kit/retry.ts";
import { timeOf } from "../../kit/uuid7.ts";
import { Leases } from "./leases.ts";
import type { Lease, LeaseStore } from "./ports.ts";
import { SHARDS, shardOf, shardOfLease } from "./shard.ts";
import { type PlacedOrder, placed } from "./state.ts";
import { Tenure, type TenureArgs } from "./tenure.ts";

export interface WorkerArgs extends Omit<TenureArgs, "onDoubt"> {
  leases: LeaseStore;
  /** This process: its pod's name, a slash, and what tells it from its predecessors. */
  owner: string;
  /** A lease for something else than a shard came or went. */
  onTask(name: string, held: boolean): void;
  onError(error: unknown, what: string): void;
  /** Between looks for orders that other pods accepted. @default 25 */
  pollMs?: number;
  /** Between heartbeats of the leases. @default 1000 */
  beatMs?: number;
}

/** Alone in its work, a pod finds nothing but orders that a lost connection hid: it looks so much less often. */
const ALONE = 10;
/** Orders are found by their time: clocks that differ, and commits that took long, are allowed for with this much. */
const LATE_MS = 10_000;
/**
 * So often all unfinished orders are looked at, whatever their time: a pod that was frozen, or a commit that waited for
 * the disk, stores an order as much later than its time as that took.
 */
const ALL_MS = 5000;

/** Works the shards that this process holds, whatever happens to it, to them or to the database. */
export class Worker {
  readonly #args: WorkerArgs;
  readonly #leases: Leases;
  readonly #stopped = new AbortController();
  #tenure: Tenure;
  #restarting = false;
  #sawAllAt = Number.NEGATIVE_INFINITY;
  #wake: (() => void) | undefined;

  constructor(args: WorkerArgs) {
    this.#args = args;
    this.#tenure = this.#newTenure();
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

  /** Orders on their way in this process. */
  get working(): number {
    return this.#tenure.working;
  }

  get members(): number {
    return this.#leases.members;
  }

  /** Orders that wait, by the last that is known of it, where a symbol's orders are worked. */
  backlogOf(symbol: string): number {
    const shard = shardOf(symbol);
    if (this.#tenure.epochOf(shard) !== undefined) return this.#tenure.working;
    return this.#leases.backlogOf(shard);
  }

  start(): void {
    this.#leases.start();
    void this.#poll();
  }

  /** Stores what is under way and hands the shards over. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#leases.stop();
    this.#tenure.end();
  }

  /**
   * To be called before orders are stored; its result, called once they are, has those worked at once that belong to
   * shards which this process has held ever since. Any others are found by whoever holds their shard: here they may
   * have ended already.
   */
  expect(): (orders: PlacedOrder[]) => void {
    const tenure = this.#tenure;
    const epochs = Array.from({ length: SHARDS }, (_, shard) => tenure.epochOf(shard));
    return (orders) => {
      for (const order of orders) {
        const shard = shardOf(order.symbol);
        const epoch = tenure.epochOf(shard);
        if (epoch !== undefined && epoch === epochs[shard]) tenure.take(placed(order));
      }
    };
  }

  /** Looks for cancellations, and for orders of other pods, now. */
  wake(): void {
    this.#wake?.();
  }

  #newTenure(): Tenure {
    const tenure: Tenure = new Tenure({
      ...this.#args,
      onDoubt: (error) => {
        this.#args.onError(error, "commit");
        void this.#restart();
      },
    });
    return tenure;
  }

  /** Takes the shards anew and loads them: what the last tenure had sent is in the database by then, or never will be. */
  async #restart(): Promise<void> {
    if (this.#restarting) return;
    this.#restarting = true;
    const { clock, random, onError } = this.#args;
    for (let attempt = 1; !this.#stopped.signal.aborted; attempt += 1) {
      try {
        const leases = await this.#leases.renew();
        const tenure = this.#newTenure();
        this.#tenure = tenure;
        await this.#hold(tenure, leases);
        // Those that came while these were loaded.
        await this.#hold(
          tenure,
          this.#leases.held.filter(({ name }) => !leases.some((one) => one.name === name)),
        );
        if (!tenure.isOver) break;
      } catch (error) {
        onError(error, "load");
        this.#tenure.end();
      }
      await clock.sleep(backoffMs(attempt, 50, 1000, random), this.#stopped.signal);
    }
    this.#restarting = false;
  }

  async #hold(tenure: Tenure, leases: Lease[]): Promise<void> {
    await Promise.all(
      leases.map(({ name, epoch }) => {
        const shard = shardOfLease(name);
        return shard === undefined ? undefined : tenure.hold(shard, epoch);
      }),
    );
  }

  #gained(lease: Lease): void {
    if (shardOfLease(lease.name) === undefined) this.#args.onTask(lease.name, true);
    // A restart under way takes the new shard with the others.
    else if (this.#restarting || this.#tenure.isOver) void this.#restart();
    else {
      const tenure = this.#tenure;
      this.#hold(tenure, [lease]).catch((error: unknown) => {
        this.#args.onError(error, "load");
        tenure.end();
        void this.#restart();
      });
    }
  }

  #lost(name: string): void {
    const shard = shardOfLease(name);
    if (shard === undefined) this.#args.onTask(name, false);
    else void this.#tenure.give(shard);
  }

  async #give(name: string): Promise<void> {
    const shard = shardOfLease(name);
    if (shard === undefined) this.#args.onTask(name, false);
    else await this.#tenure.give(shard);
  }

  #backlog(): ReadonlyMap<string, number> {
    const { shards, working } = this.#tenure;
    return new Map(shards.map((shard) => [`shard-${shard}`, working]));
  }

  async #poll(): Promise<void> {
    const { clock, onError, pollMs = 25 } = this.#args;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await this.#look(this.#tenure).catch((error: unknown) => onError(error, "poll"));
      const pause = this.#leases.members > 1 ? pollMs : pollMs * ALONE;
      await Promise.race([
        clock.sleep(pause, signal),
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
      ]);
    }
  }

  async #look(tenure: Tenure): Promise<void> {
    const { store, clock } = this.#args;
    const { shards } = tenure;
    if (tenure.isOver || shards.length === 0) return;
    const now = clock.now();
    const all = now - this.#sawAllAt >= ALL_MS;
    const [orders, cancellations] = await Promise.all([
      store.placedSince(shards, all ? 0 : now - LATE_MS),
      store.cancellations(shards),
    ]);
    if (all) this.#sawAllAt = now;
    const unknown = orders.filter(({ id }) => !tenure.knows(id));
    if (unknown.length > 0) await tenure.takeFrom(() => store.read(unknown));
    const gone = cancellations.filter(({ id }) => !tenure.knows(id));
    for (const { id } of cancellations) tenure.cancel(id);
    if (gone.length > 0 && !tenure.isOver) await this.#settle(tenure, gone);
  }

  /** Cancellations of orders that have ended are done with; those of others wait until the order is known here. */
  async #settle(tenure: Tenure, gone: { shard: number; id: string }[]): Promise<void> {
    const { store } = this.#args;
    const orders = gone.map((one) => ({ ...one, createdAt: timeOf(one.id) }));
    const unfinished = await tenure.takeFrom(() => store.read(orders));
    const open = new Set(unfinished.map(({ order }) => order.id));
    const done = gone.filter(({ id }) => !open.has(id));
    if (done.length > 0) await store.settleCancellations(done);
  }
}
