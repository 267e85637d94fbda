import type { StoredEvent } from "./events.ts";
import type { OrderState, PlacedOrder } from "./state.ts";

/** Events of orders of some shards, to be stored all or none. */
export interface Commit {
  events: StoredEvent[];
  /** Orders that have ended. */
  ended: { shard: number; id: string }[];
  /** Orders that rest on the book since these events, and haven't ended with them. */
  opened?: { shard: number; id: string }[];
  /** The shards of these orders, and the epochs under which the writer owns them. */
  held: { shard: number; epoch: number }[];
}

export interface SagaStore {
  /** Unfinished orders of a shard. */
  load(shard: number): Promise<OrderState[]>;
  /** Ids and shards of the unfinished orders of these shards that were placed after a time. */
  placedSince(shards: number[], sinceMs: number): Promise<{ shard: number; id: string; createdAt: number }[]>;
  /** States of unfinished orders; those that have ended meanwhile are left out. */
  read(orders: { shard: number; id: string; createdAt: number }[]): Promise<OrderState[]>;
  /** Orders of these shards for which clients requested a cancellation. */
  cancellations(shards: number[]): Promise<{ shard: number; id: string }[]>;
  /** Deletes cancellations that are done. */
  settleCancellations(orders: { shard: number; id: string }[]): Promise<void>;
  /** Rejects when nothing was stored, as the shards are owned under other epochs, or when the outcome is unknown. */
  commit(commit: Commit): Promise<void>;
  /** Begins a chain of events. */
  openChain(writer: string): Promise<{ chain: number; hash: Buffer }>;
}

/** Outcome of a reservation for an order. */
export type Reserved = "reserved" | "insufficient" | "no-account" | "released";

export interface Reservations {
  /** Idempotent by the order's id. Rejects when it isn't known whether it was reserved. */
  reserve(order: PlacedOrder): Promise<Reserved>;
}

export interface Lease {
  name: string;
  epoch: number;
}

export interface LeaseView extends Lease {
  owner: string | undefined;
  /** Until it expires, in milliseconds; 0 or less when it has. */
  leftMs: number;
  backlog: number;
}

export interface LeaseStore {
  /**
   * Heartbeat of a member: renews its membership and the leases in `held`, and resolves to who owns what. A lease that it
   * claimed without getting the answer is not in `held`, and expires.
   * @param held names of the leases that it knows to own, with their backlog
   */
  beat(owner: string, held: ReadonlyMap<string, number>): Promise<{ members: number; leases: LeaseView[] }>;
  /** Who owns what, and how many members there are, without being one. */
  view(): Promise<{ members: number; leases: LeaseView[] }>;
  /** Claims those of these leases that are its own, expired or free, each under a new epoch. */
  claim(owner: string, names: string[]): Promise<Lease[]>;
  /** Releases leases; without names, all of them and the membership. */
  release(owner: string, names?: string[]): Promise<void>;
}
