import { dayOf, firstTickOf, priceText, type Quote, type SimulatedMarket, tickAt } from "../market/index.ts";

/** Lengths of candles in milliseconds. */
export const INTERVALS = {
  "1s": 1000,
  "5s": 5000,
  "15s": 15_000,
  "1m": 60_000,
  "5m": 300_000,
  "15m": 900_000,
  "1h": 3_600_000,
  "1d": 86_400_000,
} as const;

export type Interval = keyof typeof INTERVALS;

/** Candles of one answer at most. */
export const MAX_CANDLES = 500;
/** Quotes that a candle is made of at most, evenly over its time. */
const SAMPLES = 12;

/** What a price did in a time. Prices are decimal strings in dollars. */
export interface Candle {
  /** Start, a multiple of the interval since 1970. */
  time: string;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: number;
}

/**
 * The candles of a symbol from the one that `fromMs` lies in to the last one that has begun before `toMs`, from the
 * simulated market alone. High and low are those of samples. Costs some 10 µs a candle.
 */
export function candles(
  market: SimulatedMarket,
  symbol: string,
  fromMs: number,
  toMs: number,
  interval: Interval,
): Candle[] {
  const length = INTERVALS[interval];
  const first = Math.floor(fromMs / length) * length;
  const count = Math.max(0, Math.ceil((toMs - first) / length));
  return Array.from({ length: count }, (_, i) => {
    const start = first + i * length;
    return candle(market, symbol, start, Math.min(start + length, toMs));
  });
}

function candle(market: SimulatedMarket, symbol: string, startMs: number, endMs: number): Candle {
  const start = tickAt(startMs);
  const end = Math.max(start, tickAt(endMs - 1));
  const samples = Math.min(SAMPLES, end - start + 1);
  const quotes = Array.from({ length: samples }, (_, i) => {
    const tick = start + Math.round(((end - start) * i) / Math.max(1, samples - 1));
    return quoteAt(market, symbol, tick);
  });
  const prices = quotes.map(({ last }) => last);
  return {
    time: new Date(startMs).toISOString(),
    open: priceText(prices[0] ?? 0),
    high: priceText(Math.max(...prices)),
    low: priceText(Math.min(...prices)),
    close: priceText(prices.at(-1) ?? 0),
    volume: tradedBetween(market, symbol, start - 1, end),
  };
}

/** Volumes begin anew each day, of which a candle touches two at most. */
function tradedBetween(market: SimulatedMarket, symbol: string, before: number, end: number): number {
  const volume = (tick: number) => quoteAt(market, symbol, tick).volume;
  if (dayOf(before) === dayOf(end)) return volume(end) - volume(before);
  return volume(firstTickOf(dayOf(end)) - 1) - volume(before) + volume(end);
}

function quoteAt(market: SimulatedMarket, symbol: string, tick: number): Quote {
  const quote = market.quote(symbol, tick);
  if (!quote) throw new Error(`${symbol} is not traded here`);
  return quote;
}
