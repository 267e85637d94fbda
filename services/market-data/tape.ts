import { z } from "zod";
import { dayOf, type Quote } from "../market/index.ts";

/** Trades of one batch of the feed in one symbol: price of the last in mills, shares in all. */
const Traded = z.tuple([z.int().positive(), z.int().nonnegative()]);

/** The trades of one batch of the feed. */
export const TapeEntry = z.object({
  /** The batch's position in the feed: one that comes again is counted once. */
  id: z.string().max(64),
  tick: z.int().nonnegative(),
  trades: z.record(z.string(), Traded),
});

export type TapeEntry = z.infer<typeof TapeEntry>;

/** A tape's state of its day, for a pod that starts. */
export const TapeState = z.object({
  day: z.int(),
  volumes: z.record(z.string(), z.int().nonnegative()),
  seen: z.array(z.string().max(64)),
});

export type TapeState = z.infer<typeof TapeState>;

/** A trade made here counts as the latest for this many ticks; then the market's own trades do again. */
const LATEST_TICKS = 10;
/** Entries that are remembered, so as not to count one again that comes late or twice. */
const REMEMBERED = 64;

/**
 * The tape, an exchange's record of trades: here those of this platform's users. Entries may come in any order, and twice.
 */
export class Tape {
  #day = 0;
  #volumes = new Map<string, number>();
  readonly #latest = new Map<string, { tick: number; price: number }>();
  #seen = new Map<string, TapeEntry>();

  /** False when the entry is of another day or was there before. */
  add(entry: TapeEntry): boolean {
    const day = dayOf(entry.tick);
    if (day < this.#day || this.#seen.has(entry.id)) return false;
    if (day > this.#day) {
      this.#day = day;
      this.#volumes = new Map();
    }
    this.#seen.set(entry.id, entry);
    if (this.#seen.size > REMEMBERED) {
      const [oldest] = this.#seen.keys();
      this.#seen.delete(oldest ?? "");
    }
    for (const [symbol, [price, quantity]] of Object.entries(entry.trades)) {
      this.#volumes.set(symbol, (this.#volumes.get(symbol) ?? 0) + quantity);
      const latest = this.#latest.get(symbol);
      if (!latest || latest.tick <= entry.tick) this.#latest.set(symbol, { tick: entry.tick, price });
    }
    return true;
  }

  state(): TapeState {
    return { day: this.#day, volumes: Object.fromEntries(this.#volumes), seen: [...this.#seen.keys()] };
  }

  /** Replaces this tape by another pod's state, and adds the entries that only this one has. For a pod that starts. */
  adopt(state: TapeState): void {
    const own = [...this.#seen.values()];
    if (state.day < this.#day) return;
    this.#day = state.day;
    this.#seen = new Map();
    this.#volumes = new Map(Object.entries(state.volumes));
    const known = new Set(state.seen);
    for (const entry of own) if (!known.has(entry.id)) this.add(entry);
    for (const id of known) this.#seen.set(id, { id, tick: 0, trades: {} });
  }

  /** The market's quote, with the volume and the last price of trades made here. */
  onto(quote: Quote): Quote {
    const traded = dayOf(quote.tick) === this.#day ? this.#volumes.get(quote.symbol) : undefined;
    const latest = this.#latest.get(quote.symbol);
    const isLatest = latest && latest.tick <= quote.tick && quote.tick - latest.tick < LATEST_TICKS;
    if (traded === undefined && !isLatest) return quote;
    return {
      ...quote,
      volume: quote.volume + (traded ?? 0),
      last: isLatest ? latest.price : quote.last,
    };
  }
}
