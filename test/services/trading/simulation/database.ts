import {
  type AcceptStore,
  type Kept,
  keyOf,
  type Request,
} from "../../../../services/trading/accept/accept.ts";
import { chainBody, GENESIS, hashOf } from "../../../../services/trading/chain/chain.ts";
import type { ChainRow } from "../../../../services/trading/chain/verify-database.ts";
import type { FedEvent, Outbox } from "../../../../services/trading/feed/ports.ts";
import { comparePositions } from "../../../../services/trading/feed/ports.ts";
import type { StoredEvent } from "../../../../services/trading/saga/events.ts";
import { fold } from "../../../../services/trading/saga/events.ts";
import { isFree, podOf } from "../../../../services/trading/saga/leases.ts";
import type { LeaseStore, SagaStore } from "../../../../services/trading/saga/ports.ts";
import { leaseOf, SHARDS, shardOf } from "../../../../services/trading/saga/shard.ts";
import type { OrderState, PlacedOrder } from "../../../../services/trading/saga/state.ts";
import { EPOCH, type Faults, type Host } from "./host.ts";
import type { World } from "./world.ts";

type Stored = StoredEvent & { xid: number };
type Lease = { owner: string | undefined; epoch: number; expiresAt: number; backlog: number };

const LEASE_MS = 800;

/** PostgreSQL as the saga sees it: transactions get their numbers when they begin, and show when they commit. */
export class SimulatedDatabase {
  readonly orders = new Map<string, PlacedOrder>();
  readonly keys = new Map<string, Kept>();
  readonly open = new Set<string>();
  readonly cancellations = new Set<string>();
  readonly events: Stored[] = [];
  readonly chains: ChainRow[] = [];
  readonly leases = new Map<string, Lease>();
  readonly members = new Map<string, number>();
  readonly #world: World;
  readonly #active = new Set<number>();
  #xid = 100;

  constructor(world: World) {
    this.#world = world;
    const names = [...Array.from({ length: SHARDS }, (_, shard) => leaseOf(shard)), "feed"];
    for (const name of names) this.leases.set(name, { owner: undefined, epoch: 0, expiresAt: 0, backlog: 0 });
  }

  /** Asks for an order's cancellation. */
  cancel(id: string): void {
    if (this.open.has(id)) this.cancellations.add(id);
  }

  eventsOf(id: string): Stored[] {
    return this.events.filter(({ orderId }) => orderId === id).sort((a, b) => a.version - b.version);
  }

  acceptStore(host: Host, faults: () => Faults): AcceptStore {
    return {
      insert: async (requests, events) => {
        const insert = () => this.#write(host, faults(), (xid) => this.#insert(requests, events, xid));
        // As the real one does it: once more, at once.
        return insert().catch(insert);
      },
      lookUp: (requests) => this.#read(host, faults(), () => this.#lookUp(requests)),
      openChain: (writer) => this.#write(host, faults(), () => this.#openChain(writer)),
    };
  }

  sagaStore(host: Host, faults: () => Faults, owner: string): SagaStore {
    const shardsOf = (id: string) => shardOf((this.orders.get(id) as PlacedOrder).symbol);
    return {
      load: (shard) =>
        this.#read(host, faults(), () =>
          [...this.open].filter((id) => shardsOf(id) === shard).map((id) => this.#stateOf(id)),
        ),
      placedSince: (shards, sinceMs) =>
        this.#read(host, faults(), () =>
          [...this.open]
            .map((id) => ({ id, shard: shardsOf(id), createdAt: this.orders.get(id)?.createdAt ?? 0 }))
            .filter(({ shard, createdAt }) => shards.includes(shard) && createdAt >= sinceMs),
        ),
      read: (orders) =>
        this.#read(host, faults(), () =>
          orders.filter(({ id }) => this.open.has(id)).map(({ id }) => this.#stateOf(id)),
        ),
      cancellations: (shards) =>
        this.#read(host, faults(), () =>
          [...this.cancellations]
            .map((id) => ({ id, shard: shardsOf(id) }))
            .filter(({ shard }) => shards.includes(shard)),
        ),
      settleCancellations: (orders) =>
        this.#write(host, faults(), () => {
          for (const { id } of orders) this.cancellations.delete(id);
        }),
      commit: ({ events, ended, held }) =>
        this.#write(host, faults(), (xid) => {
          for (const { shard, epoch } of held) {
            const lease = this.leases.get(leaseOf(shard));
            if (lease?.owner !== owner || lease.epoch !== epoch) throw new Error("fenced");
          }
          for (const { id } of ended) if (!this.open.has(id)) throw new Error("fenced");
          for (const { id } of ended) this.open.delete(id);
          for (const event of events) this.events.push({ ...event, xid });
        }),
      openChain: (writer) => this.#write(host, faults(), () => this.#openChain(writer)),
    };
  }

  leaseStore(host: Host, faults: () => Faults): LeaseStore {
    const view = () =>
      [...this.leases].map(([name, { owner, epoch, expiresAt, backlog }]) => ({
        name,
        owner,
        epoch,
        leftMs: expiresAt - this.#world.now,
        backlog,
      }));
    const members = () =>
      [...this.members.values()].filter((expiresAt) => expiresAt >= this.#world.now).length;
    return {
      view: () => this.#write(host, faults(), () => ({ members: members(), leases: view() })),
      beat: (owner, held) =>
        this.#write(host, faults(), () => {
          for (const name of this.members.keys()) if (podOf(name) === podOf(owner)) this.members.delete(name);
          this.members.set(owner, this.#world.now + LEASE_MS);
          for (const [name, lease] of this.leases) {
            if (lease.owner === owner && held.has(name)) lease.expiresAt = this.#world.now + LEASE_MS;
          }
          return { members: members(), leases: view() };
        }),
      claim: (owner, names) =>
        this.#write(host, faults(), () =>
          view()
            .filter((lease) => names.includes(lease.name) && isFree(lease, owner))
            .map(({ name, epoch }) => {
              const expiresAt = this.#world.now + LEASE_MS;
              this.leases.set(name, { owner, epoch: epoch + 1, expiresAt, backlog: 0 });
              return { name, epoch: epoch + 1 };
            }),
        ),
      release: (owner, names) =>
        this.#write(host, faults(), () => {
          for (const [name, lease] of this.leases) {
            if (lease.owner === owner && (!names || names.includes(name))) lease.owner = undefined;
          }
          if (!names) this.members.delete(owner);
        }),
    };
  }

  outbox(host: Host, faults: () => Faults): Outbox {
    return {
      read: (after, limit) =>
        this.#read(host, faults(), () => {
          const oldest = Math.min(this.#xid + 1, ...this.#active);
          return this.events
            .filter(({ fed, xid }) => fed && xid < oldest)
            .map((event): FedEvent => ({ ...event, xid: String(event.xid) }))
            .filter((event) => comparePositions(event, after) > 0)
            .sort(comparePositions)
            .slice(0, limit);
        }),
    };
  }

  #read<T>(host: Host, faults: Faults, read: () => T): Promise<T> {
    return host.call(faults, (answer) => {
      const result = read();
      answer(() => result);
    });
  }

  /** A statement that is committed some time after its transaction got its number. Serial: the commit is when it is done. */
  #write<T>(host: Host, faults: Faults, write: (xid: number) => T): Promise<T> {
    // A statement arrives once: it is the saga that repeats it.
    return host.call({ ...faults, twice: 0 }, (answer) => {
      this.#xid += 1;
      const xid = this.#xid;
      this.#active.add(xid);
      const slow = this.#world.chance(0.05) ? 300 : 4;
      this.#world.after(this.#world.random() * slow, () => {
        this.#active.delete(xid);
        try {
          const result = write(xid);
          answer(() => result);
        } catch (error) {
          answer(() => {
            throw error;
          });
        }
      });
    });
  }

  #insert(requests: Request[], events: StoredEvent[], xid: number): boolean {
    if (requests.some((request) => this.keys.has(keyOf(request)))) return false;
    for (const request of requests) {
      const { order, fingerprint } = request;
      if (this.orders.has(order.id)) throw new Error("an id was given out twice");
      this.keys.set(keyOf(request), { order, fingerprint });
      this.orders.set(order.id, order);
      this.open.add(order.id);
    }
    for (const event of events) this.events.push({ ...event, xid });
    return true;
  }

  #lookUp(requests: Request[]): Map<string, Kept> {
    const found = requests.map((request) => [keyOf(request), this.keys.get(keyOf(request))] as const);
    return new Map(found.filter((entry): entry is [string, Kept] => entry[1] !== undefined));
  }

  #openChain(writer: string): { chain: number; hash: Buffer } {
    const last = this.chains.at(-1);
    const chain = (last?.chain ?? 0) + 1;
    const body = chainBody(chain, writer, new Date(EPOCH + this.#world.now));
    const hash = hashOf(last?.hash ?? GENESIS, body);
    this.chains.push({ chain, hash, body });
    return { chain, hash };
  }

  #stateOf(id: string): OrderState {
    const order = this.orders.get(id) as PlacedOrder;
    return fold(
      order,
      this.eventsOf(id).map(({ body }) => body),
    );
  }
}
