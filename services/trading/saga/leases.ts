import type { Clock, Lease, LeaseStore, LeaseView, Random } from "./ports.ts";
import { leaseOf, SHARDS, shardOfLease } from "./shard.ts";

export interface LeasesArgs {
  store: LeaseStore;
  clock: Clock;
  random: Random;
  /** This process: its pod's name, a slash, and what tells it from its predecessors. */
  owner: string;
  /** Orders that a lease's holder has to work. */
  backlog(): ReadonlyMap<string, number>;
  /** A lease is held from now on. */
  onGained(lease: Lease): void;
  /** A lease is held by another. */
  onLost(name: string): void;
  /** Stops the work for a lease before it is given up. */
  onGive(name: string): Promise<void>;
  onError(error: unknown): void;
  /** Between heartbeats: a third of a lease's life, so that one lost costs nothing. @default 1000 */
  beatMs?: number;
}

/** Leases of which one process needs only one, whichever. */
const SINGLE = ["feed", "upkeep"];

/** Keeps a fair share of the shards, and of the other tasks, in this process as long as it lives. */
export class Leases {
  readonly #args: LeasesArgs;
  readonly #held = new Map<string, number>();
  readonly #stopped = new AbortController();
  #view: LeaseView[] = [];
  #members = 1;

  constructor(args: LeasesArgs) {
    this.#args = args;
  }

  /** Processes that share the work, by the last heartbeat. */
  get members(): number {
    return this.#members;
  }

  get held(): Lease[] {
    return [...this.#held].map(([name, epoch]) => ({ name, epoch }));
  }

  /** Orders that the holder of a shard had to work at its last heartbeat. */
  backlogOf(shard: number): number {
    return this.#view.find(({ name }) => name === leaseOf(shard))?.backlog ?? 0;
  }

  start(): void {
    void this.#run();
  }

  /** Gives everything back, so that others need not wait for it to expire. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all([...this.#held.keys()].map((name) => this.#args.onGive(name)));
    this.#held.clear();
    await this.#args.store.release(this.#args.owner).catch(this.#args.onError);
  }

  /** Takes what is held anew, under new epochs: what was sent before is then refused, and what is stored by now is all. */
  async renew(): Promise<Lease[]> {
    const leases = await this.#args.store.claim(this.#args.owner, [...this.#held.keys()]);
    const still = new Set(leases.map(({ name }) => name));
    for (const name of this.#held.keys()) if (!still.has(name)) this.#lose(name);
    for (const { name, epoch } of leases) this.#held.set(name, epoch);
    return leases;
  }

  async #run(): Promise<void> {
    const { clock, onError } = this.#args;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const leases = await this.beat().then(
        () => this.#view,
        (error: unknown) => {
          onError(error);
          return [];
        },
      );
      await clock.sleep(this.#pause(leases), signal);
    }
  }

  /**
   * Until the next heartbeat: at the latest when a lease expires that its holder hasn't renewed, as its orders wait.
   * @param leases as the last heartbeat saw them; none when it failed, so that it isn't tried again at once
   */
  #pause(leases: LeaseView[]): number {
    const { random, beatMs = 1000 } = this.#args;
    const ends = leases
      .filter(({ name, owner, leftMs }) => owner && leftMs > 0 && !this.#held.has(name))
      .map(({ leftMs }) => leftMs + beatMs * 0.05 * random());
    return Math.min(beatMs * (0.9 + 0.1 * random()), ...ends);
  }

  /** One heartbeat; `start` sees to the next ones. */
  async beat(): Promise<void> {
    const { store, owner, backlog } = this.#args;
    const known = backlog();
    const held = new Map([...this.#held.keys()].map((name) => [name, known.get(name) ?? 0]));
    const { members, leases } = await store.beat(owner, held);
    if (this.#stopped.signal.aborted) return;
    this.#members = Math.max(1, members);
    this.#view = leases;
    for (const { name, owner: holder } of leases) {
      if (this.#held.has(name) && holder !== owner) this.#lose(name);
    }
    await this.#balance(leases);
  }

  async #balance(leases: LeaseView[]): Promise<void> {
    const { store, owner, onGained, onGive } = this.#args;
    const shards = [...this.#held.keys()].filter((name) => shardOfLease(name) !== undefined);
    const most = Math.ceil(SHARDS / this.#members);
    const [surplus] = shards.slice(most);
    if (surplus) {
      // One a heartbeat, so that never many shards are without a holder at once.
      await onGive(surplus);
      this.#held.delete(surplus);
      await store.release(owner, [surplus]);
      return;
    }
    const free = leases.filter((lease) => !this.#held.has(lease.name) && isFree(lease, owner));
    const wanted = free.filter(({ name }) => shardOfLease(name) !== undefined).slice(0, most - shards.length);
    const tasks = free.filter(({ name }) => SINGLE.includes(name));
    const names = [...wanted, ...tasks].map(({ name }) => name);
    if (names.length === 0) return;
    for (const lease of await store.claim(owner, names)) {
      this.#held.set(lease.name, lease.epoch);
      onGained(lease);
    }
  }

  #lose(name: string): void {
    this.#held.delete(name);
    this.#args.onLost(name);
  }
}

/** Free, expired, or of a process of this pod, which is gone: else this one would not be. */
export function isFree({ owner, leftMs }: LeaseView, me: string): boolean {
  return !owner || leftMs <= 0 || podOf(owner) === podOf(me);
}

export const podOf = (owner: string): string => owner.slice(0, owner.lastIndexOf("/") + 1);
