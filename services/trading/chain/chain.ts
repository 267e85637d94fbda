import { hash } from "node:crypto";
import type { Database } from "../../kit/database/index.ts";

/** The hash before the first chain's entry: 32 zero bytes. */
export const GENESIS = Buffer.alloc(32);

const LAST = "SELECT chain, hash FROM event_chains ORDER BY chain DESC LIMIT 1";
const ADD =
  "INSERT INTO event_chains (chain, hash, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING chain";

/** Starts a new chain of events: adds an entry to `event_chains`, whose entries are chained by their hashes, too. */
export async function openChain(
  database: Database,
  writer: string,
): Promise<{ chain: number; hash: Buffer }> {
  for (;;) {
    const [last] = await database.repeatable<{ chain: number; hash: Buffer }>(LAST, []);
    const chain = (last?.chain ?? 0) + 1;
    const body = chainBody(chain, writer, new Date());
    const hash = hashOf(last?.hash ?? GENESIS, body);
    // Not repeated when its answer is lost: the repeat would find its own entry and take it for another writer's.
    const added = await database.single(ADD, [chain, hash, body]);
    if (added.length > 0) return { chain, hash };
  }
}

/** A place in a chain of events. */
export interface Link {
  chain: number;
  /** Counts from 1. */
  link: number;
  /** 32 bytes. */
  hash: Buffer;
}

/** SHA-256 of the hash before, 32 bytes, and the body in UTF-8. */
export function hashOf(previous: Buffer, body: string): Buffer {
  return hash("sha256", Buffer.concat([previous, Buffer.from(body)]), "buffer");
}

/** The end of a chain of events, to which one writer appends. */
export class Chain {
  readonly chain: number;
  #link = 0;
  #hash: Buffer;

  /** @param start hash of the chain's entry in `event_chains` */
  constructor(chain: number, start: Buffer) {
    this.chain = chain;
    this.#hash = start;
  }

  append(body: string): Link {
    this.#link += 1;
    this.#hash = hashOf(this.#hash, body);
    return { chain: this.chain, link: this.#link, hash: this.#hash };
  }

  /** The present end, for `rewind`. */
  get mark(): { link: number; hash: Buffer } {
    return { link: this.#link, hash: this.#hash };
  }

  /** Drops the links appended since `mark` was read. To be called only when they were surely not stored. */
  rewind(mark: { link: number; hash: Buffer }): void {
    this.#link = mark.link;
    this.#hash = mark.hash;
  }
}

/** Canonical JSON (RFC 8785) of a chain's entry in `event_chains`. */
export function chainBody(chain: number, writer: string, at: Date): string {
  return `{"at":"${at.toISOString()}","chain":${chain},"writer":${JSON.stringify(writer)}}`;
}
