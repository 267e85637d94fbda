import type { Clock, Random } from "../clock.ts";
import type { Lease, LeaseStore, LeaseView } from "./ports.ts";
import { leaseOf, SHARDS, shardOfLease } from "./shard.ts";

export interface LeasesArgs {
  store: LeaseStore;
  clock: Clock;
  random: Random;
  /** Name of this process: its pod's name, a slash, and a random suffix, as a pod's container may be restarted. */
  owner: string;
  /** Orders that this process is processing, by the name of the lease. */
  backlog(): ReadonlyMap<string, number>;
  /** This process owns a lease from now on. */
  onGained(lease: Lease): void;
  /** Another process owns the lease now. */
  onLost(name: string): void;
  /** Stops the work for a lease before it is released. */
  onGive(name: string): Promise<void>;
  onError(error: unknown): void;
  /** Milliseconds between heartbeats: a third of the time in which a lease expires, so that one may get lost. @default 1000 */
  beatMs?: number;
}

/** Leases for tasks that one process does for all. */
const TASKS = ["feed", "upkeep"];

/** Claims and renews this process's fair share of the shards, and the tasks that no other process does. */
export class Leases {
  readonly #args: LeasesArgs;
  readonly #held = new Map<string, number>();
  readonly #stopped = new AbortController();
  #view: LeaseView[] = [];
  #members = 1;
  /** Whether this process's zone is shifted away. */
  #away = false;
  /** Whether it is a member: it has beaten since it last left. */
  #joined = false;

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

  /** Orders that the owner of a shard was processing at its last heartbeat. */
  backlogOf(shard: number): number {
    return this.#view.find(({ name }) => name === leaseOf(shard))?.backlog ?? 0;
  }

  start(): void {
    void this.#run();
  }

  /**
   * Sets whether this process's zone is shifted away. From the next heartbeat it then holds no lease, so that those of
   * other zones take them; it goes on where there are none.
   */
  setAway(away: boolean): void {
    this.#away = away;
  }

  /** Releases everything, so that others need not wait for it to expire. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#leave().catch(this.#args.onError);
  }

  /** Claims all owned leases under new epochs: the database then refuses commits that were sent under the old ones. */
  async renew(): Promise<Lease[]> {
    const { store, owner } = this.#args;
    const names = [...this.#held.keys()];
    const claimed = await store.claim(owner, names);
    const still = new Set(claimed.map(({ name }) => name));
    for (const name of names) if (this.#held.has(name) && !still.has(name)) this.#lose(name);
    // What was given away meanwhile is no longer worked on here, so it must not be held again.
    const leases = claimed.filter(({ name }) => this.#held.has(name));
    for (const { name, epoch } of leases) this.#held.set(name, epoch);
    const given = [...still].filter((name) => !this.#held.has(name));
    if (given.length > 0) await store.release(owner, given);
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

  async #leave(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((name) => this.#args.onGive(name)));
    this.#held.clear();
    await this.#args.store.release(this.#args.owner);
    this.#joined = false;
  }

  /** Whether others see to the work while this process's zone is shifted away; it has then left it to them. */
  async #stoodAside(): Promise<boolean> {
    if (!this.#away) return false;
    const { members, leases } = await this.#args.store.view();
    const others = members - (this.#joined ? 1 : 0);
    if (others <= 0) return false;
    if (this.#joined) await this.#leave();
    this.#members = others;
    this.#view = leases;
    return true;
  }

  /** One heartbeat; `start` sees to the next ones. */
  async beat(): Promise<void> {
    const { store, owner, backlog } = this.#args;
    if (await this.#stoodAside()) return;
    this.#joined = true;
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
      // One a heartbeat, so that few shards are without an owner at once.
      await onGive(surplus);
      this.#held.delete(surplus);
      await store.release(owner, [surplus]);
      return;
    }
    const free = leases.filter((lease) => !this.#held.has(lease.name) && isFree(lease, owner));
    const wanted = free.filter(({ name }) => shardOfLease(name) !== undefined).slice(0, most - shards.length);
    const tasks = free.filter(({ name }) => TASKS.includes(name));
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

/** Free, expired, or of an earlier process of this pod, which must have ended before this one started. */
export function isFree({ owner, leftMs }: LeaseView, me: string): boolean {
  return !owner || leftMs <= 0 || podOf(owner) === podOf(me);
}

export const podOf = (owner: string): string => owner.slice(0, owner.lastIndexOf("/") + 1);
