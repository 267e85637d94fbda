import { randomBytes } from "node:crypto";
import { priceText, type Quote, type SimulatedMarket, TICK_MS } from "../market/index.ts";
import type { Tape } from "./tape.ts";

/** The newest quote of a symbol, and how it is written. */
export interface Entry {
  readonly symbol: string;
  quote: Quote;
  /** How many quotes this symbol has had in this epoch. */
  seq: number;
  /** Tick at which `quote` took the place of another. */
  changedAt: number;
  /** The quote as JSON, without the closing brace, so that `prev` can follow. */
  json: string;
}

/**
 * All symbols' quotes of the current tick. Sequence numbers count within one `epoch`, a random name for each start of a pod;
 * those of different epochs can't be compared.
 */
export class LatestQuotes {
  readonly epoch = randomBytes(6).toString("base64url");
  readonly entries: ReadonlyMap<string, Entry>;
  readonly #market: SimulatedMarket;
  readonly #tape: Tape;
  #tick = 0;

  constructor(market: SimulatedMarket, tape: Tape, tick: number) {
    this.#market = market;
    this.#tape = tape;
    this.#tick = tick;
    this.entries = new Map(
      market.symbols.map((symbol) => {
        const entry = { symbol, quote: this.#quote(symbol, tick), seq: 1, changedAt: tick, json: "" };
        entry.json = written(entry);
        return [symbol, entry];
      }),
    );
  }

  /** The tick that the entries are of. */
  get tick(): number {
    return this.#tick;
  }

  get timeMs(): number {
    return this.#tick * TICK_MS;
  }

  /** Brings all entries to a tick. False when they are at this tick or a later one, as after a clock was put back. */
  advance(tick: number): boolean {
    if (tick <= this.#tick) return false;
    this.#tick = tick;
    for (const entry of this.entries.values()) {
      const quote = this.#quote(entry.symbol, tick);
      if (isSame(quote, entry.quote)) continue;
      entry.quote = quote;
      entry.seq += 1;
      entry.changedAt = tick;
      entry.json = written(entry);
    }
    return true;
  }

  #quote(symbol: string, tick: number): Quote {
    const quote = this.#market.quote(symbol, tick);
    if (!quote) throw new Error(`the simulated market has no quote for ${symbol}, one of its own symbols`);
    return this.#tape.onto(quote);
  }
}

function isSame(a: Quote, b: Quote): boolean {
  return (
    a.bid === b.bid &&
    a.ask === b.ask &&
    a.bidSize === b.bidSize &&
    a.askSize === b.askSize &&
    a.last === b.last &&
    a.volume === b.volume
  );
}

/** The quote's JSON, written by hand: `JSON.stringify` takes several times as long, and this is most of a tick's cost. */
function written({ symbol, seq, quote }: Entry): string {
  const { bid, ask, bidSize, askSize, last, volume } = quote;
  return (
    `{"symbol":"${symbol}","seq":${seq},"bid":"${priceText(bid)}","ask":"${priceText(ask)}",` +
    `"bidSize":${bidSize},"askSize":${askSize},"last":"${priceText(last)}","volume":${volume}`
  );
}
