import type { Entry, LatestQuotes } from "./latest-quotes.ts";

const MAX_CACHED = 256;

/** Quotes as a JSON document, written once a tick for all requests of the same symbols. */
export class QuotesCache {
  readonly #latest: LatestQuotes;
  readonly #documents = new Map<string, string>();
  #tick = 0;

  constructor(latest: LatestQuotes) {
    this.#latest = latest;
  }

  /** Changes with each tick, and differs between pods, which may have received different trades. */
  get etag(): string {
    return `"${this.#latest.epoch}.${this.#latest.tick}"`;
  }

  /** @param symbols all when absent. Nothing when one of them isn't traded here. */
  document(symbols: readonly string[] | undefined): string | undefined {
    if (this.#tick !== this.#latest.tick || this.#documents.size > MAX_CACHED) this.#documents.clear();
    this.#tick = this.#latest.tick;
    const key = symbols?.join() ?? "*";
    const known = this.#documents.get(key);
    if (known) return known;
    const { entries } = this.#latest;
    const wanted = symbols ? symbols.map((symbol) => entries.get(symbol)) : [...entries.values()];
    const found = wanted.filter((entry): entry is Entry => entry !== undefined);
    if (found.length < wanted.length) return undefined;
    const quotes = found.map(({ json }) => `${json}}`).join();
    const document = `{"epoch":"${this.#latest.epoch}","time":${this.#latest.timeMs},"items":[${quotes}]}`;
    this.#documents.set(key, document);
    return document;
  }
}
