import type { Link } from "../chain/chain.ts";
import type { EventRow } from "./events.ts";
import type { OrderState, PlacedOrder } from "./state.ts";

/** What the saga asks of the world. The simulation gives it another world. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after so long; what is aborted never resolves. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Evenly between 0 and 1. */
export type Random = () => number;

/** An event with its place in its writer's chain. */
export type StoredEvent = EventRow & Link;

/** What happened to orders of some shards: stored whole or not at all. */
export interface Commit {
  events: StoredEvent[];
  /** Orders that have ended. */
  ended: { shard: number; id: string }[];
  /** The shards of these orders, and the epochs under which the writer holds them. */
  held: { shard: number; epoch: number }[];
}

export interface SagaStore {
  /** Unfinished orders of a shard. */
  load(shard: number): Promise<OrderState[]>;
  /** Ids and shards of the unfinished orders of these shards that were placed after a time. */
  placedSince(shards: number[], sinceMs: number): Promise<{ shard: number; id: string; createdAt: number }[]>;
  /** States of unfinished orders; those that have ended meanwhile are left out. */
  read(orders: { shard: number; id: string; createdAt: number }[]): Promise<OrderState[]>;
  /** Orders of these shards that clients want cancelled. */
  cancellations(shards: number[]): Promise<{ shard: number; id: string }[]>;
  /** Forgets cancellations that were seen to. */
  settleCancellations(orders: { shard: number; id: string }[]): Promise<void>;
  /** @throws Fenced when it surely was not stored and the shards must be taken anew; anything else leaves it open */
  commit(commit: Commit): Promise<void>;
  /** Begins a chain of events. */
  openChain(writer: string): Promise<{ chain: number; hash: Buffer }>;
}

/** Whether what an order needs could be set aside for it. */
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
   * Says that a member lives, renews what it holds and tells who holds what. What it took without hearing of it isn't
   * among that, and expires.
   * @param held the leases that it knows to hold, with their backlog
   */
  beat(owner: string, held: ReadonlyMap<string, number>): Promise<{ members: number; leases: LeaseView[] }>;
  /** Takes those of these leases that are its own, expired or free, each with a new epoch. */
  claim(owner: string, names: string[]): Promise<Lease[]>;
  /** Gives leases up; without names, all, and the membership. */
  release(owner: string, names?: string[]): Promise<void>;
}
