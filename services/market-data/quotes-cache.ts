import type { Board, Entry } from "./board.ts";

const MAX_CACHED = 256;

/** Quotes as a JSON document, written once a tick for all who ask for the same symbols. */
export class QuotesCache {
  readonly #board: Board;
  readonly #documents = new Map<string, string>();
  #tick = 0;

  constructor(board: Board) {
    this.#board = board;
  }

  /** Changes with each tick, and with the pod: another one's board may have had other trades. */
  get etag(): string {
    return `"${this.#board.epoch}.${this.#board.tick}"`;
  }

  /** @param symbols all when absent. Nothing when one of them isn't traded here. */
  document(symbols: readonly string[] | undefined): string | undefined {
    if (this.#tick !== this.#board.tick || this.#documents.size > MAX_CACHED) this.#documents.clear();
    this.#tick = this.#board.tick;
    const key = symbols?.join() ?? "*";
    const known = this.#documents.get(key);
    if (known) return known;
    const { entries } = this.#board;
    const wanted = symbols ? symbols.map((symbol) => entries.get(symbol)) : [...entries.values()];
    const found = wanted.filter((entry): entry is Entry => entry !== undefined);
    if (found.length < wanted.length) return undefined;
    const quotes = found.map(({ json }) => `${json}}`).join();
    const document = `{"epoch":"${this.#board.epoch}","time":${this.#board.timeMs},"items":[${quotes}]}`;
    this.#documents.set(key, document);
    return document;
  }
}
