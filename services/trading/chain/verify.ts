import type { EventBody } from "../saga/events.ts";
import { hashOf } from "./chain.ts";
import { GENESIS } from "./open-chain.ts";

/** An entry of `event_chains`. */
export interface ChainRow {
  chain: number;
  hash: Buffer;
  body: string;
}

/** An event as it is stored. */
export interface LinkRow {
  chain: number;
  link: number;
  hash: Buffer;
  body: string;
  order_id: string;
  version: number;
  status: string;
}

/** Something in the audit trail that its writers did not leave so. */
export interface Tampering {
  chain: number;
  /** 0: the chain's entry itself. */
  link: number;
  what: string;
}

/** Goes through chains of events from their beginnings, link by link; holds no more than one hash a chain. */
export class ChainCheck {
  readonly found: Tampering[] = [];
  readonly #ends = new Map<number, { link: number; hash: Buffer }>();
  #last: { chain: number; hash: Buffer } | undefined;

  /** Chains' entries, all of them, in their order. */
  chain({ chain, hash, body }: ChainRow): void {
    const expected = (this.#last?.chain ?? 0) + 1;
    if (chain !== expected) this.#note(chain, 0, `chains ${expected} to ${chain - 1} are missing`);
    else if (!hashOf(this.#last?.hash ?? GENESIS, body).equals(hash))
      this.#note(chain, 0, "the entry was changed");
    this.#last = { chain, hash };
    this.#ends.set(chain, { link: 0, hash });
  }

  /** Links, all of them, those of a chain in their order. */
  link(row: LinkRow): void {
    const { chain, link, hash, body } = row;
    const end = this.#ends.get(chain);
    if (!end) {
      this.#note(chain, link, "the chain has no entry");
      return;
    }
    if (link !== end.link + 1) {
      this.#note(
        chain,
        link,
        link > end.link ? `links ${end.link + 1} to ${link - 1} are missing` : "the link is there twice",
      );
    } else if (!hashOf(end.hash, body).equals(hash)) this.#note(chain, link, "the event was changed");
    else this.#compare(row);
    this.#ends.set(chain, { link, hash });
  }

  /** Where a chain was known to end, from a place that this database's owner can't write to, or from before. */
  reached(chain: number, link: number): void {
    const end = this.#ends.get(chain);
    if (!end || end.link < link)
      this.#note(chain, link, `links ${(end?.link ?? 0) + 1} to ${link} are missing at the end`);
  }

  /** The columns that are there for queries say what the body says. */
  #compare({ chain, link, body, order_id, version, status }: LinkRow): void {
    const told = JSON.parse(body) as EventBody;
    if (told.orderId !== order_id || told.version !== version || told.status !== status)
      this.#note(chain, link, "the columns don't say what the event says");
  }

  #note(chain: number, link: number, what: string): void {
    this.found.push({ chain, link, what });
  }
}
