import { hash } from "node:crypto";

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
