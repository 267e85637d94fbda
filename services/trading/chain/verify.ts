import type { EventBody } from "../saga/events.ts";
import { GENESIS, hashOf } from "./chain.ts";

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

/** Something that was changed or removed after it was stored. */
export interface Tampering {
  chain: number;
  /** 0: the chain's entry itself. */
  link: number;
  what: string;
}

/** Verifies chains of events link by link; keeps one hash a chain in memory. */
export class ChainCheck {
  readonly found: Tampering[] = [];
  readonly #ends = new Map<number, { link: number; hash: Buffer }>();
  #last: { chain: number; hash: Buffer } | undefined;

  /** Takes an entry of `event_chains`; to be called with all of them in the order of their numbers. */
  chain({ chain, hash, body }: ChainRow): void {
    const expected = (this.#last?.chain ?? 0) + 1;
    if (chain !== expected) this.#note(chain, 0, `chains ${expected} to ${chain - 1} are missing`);
    else if (!hashOf(this.#last?.hash ?? GENESIS, body).equals(hash))
      this.#note(chain, 0, "the entry was changed");
    this.#last = { chain, hash };
    this.#ends.set(chain, { link: 0, hash });
  }

  /** Takes an event; to be called with all of them, those of a chain in the order of their links. */
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

  /** Checks that the columns, which queries use, agree with the hashed body. */
  #compare({ chain, link, body, order_id, version, status }: LinkRow): void {
    const event = JSON.parse(body) as EventBody;
    if (event.orderId !== order_id || event.version !== version || event.status !== status)
      this.#note(chain, link, "the columns differ from the event's body");
  }

  #note(chain: number, link: number, what: string): void {
    this.found.push({ chain, link, what });
  }
}
