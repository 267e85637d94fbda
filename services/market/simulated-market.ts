import { INSTRUMENTS } from "./instruments.ts";
import { floorToStep, MILLS, nextUp } from "./price.ts";

/** How long a tick lasts: each symbol has ten quotes a second. */
export const TICK_MS = 100;

/** The top of one symbol's book at one tick. Prices are mills (see `price.ts`), multiples of ASX's price step. */
export interface Quote {
  symbol: string;
  /** Number of the tick since 1970. */
  tick: number;
  /** Always below `ask`. */
  bid: number;
  ask: number;
  bidSize: number;
  askSize: number;
  /** Price of the latest trade: a bid or an ask that there was. */
  last: number;
  /** Shares traded since the day began (see `dayOf`). */
  volume: number;
}

/**
 * The noise that moves a price: [ticks between two random values, size as a share of the price]. Slow waves are large
 * and quick ones small, as in a market; as both are bounded, every price stays close to its base.
 */
const WAVES: readonly (readonly [period: number, size: number])[] = [
  [4, 0.0001],
  [37, 0.0004],
  [601, 0.002],
  [9_001, 0.006],
  [144_013, 0.015],
];

/** As a share of its base, a price never moves further away from it, but for the price step. */
export const MAX_AWAY = WAVES.reduce((sum, [, size]) => sum + size, 0);

/** As a share of its base, a mid price never moves further in a tick: the steepest of each wave, all at once. */
export const MAX_MOVE = WAVES.reduce((sum, [period, size]) => sum + (size * 3) / period, 0);

/** Half the distance of bid and ask, as a share of the price, where the price step allows. */
const HALF_SPREAD = 0.00008;

/** Trades come in blocks of so many ticks: within one, `last` stays. */
const TRADE_TICKS = 5;

const VOLUME_PERIOD = 600;

/** Sydney's midnight without daylight saving, 14:00 UTC: it lies outside all trading hours. */
const DAY_OFFSET_MS = 10 * 3_600_000;
const DAY_TICKS = 86_400_000 / TICK_MS;

/** The tick at a time in milliseconds since 1970. */
export const tickAt = (timeMs: number): number => Math.floor(timeMs / TICK_MS);

/** The number of the trading day that a tick lies in; volumes begin anew with each. */
export const dayOf = (tick: number): number => Math.floor((tick + DAY_OFFSET_MS / TICK_MS) / DAY_TICKS);

/** The first tick of a trading day. */
export const firstTickOf = (day: number): number => day * DAY_TICKS - DAY_OFFSET_MS / TICK_MS;

/** Even bits of two whole numbers (the finaliser of MurmurHash3). Only the lowest 32 bits of each count. */
function mix(seed: number, x: number): number {
  let h = Math.imul(seed ^ Math.imul(x | 0, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A smooth random curve from -1 to 1 over time, with a new random value every `period` ticks (value noise). */
function noise(seed: number, tick: number, period: number): number {
  const index = Math.floor(tick / period);
  const t = (tick - index * period) / period;
  const from = mix(seed, index);
  const to = mix(seed, index + 1);
  return (from + (to - from) * t * t * (3 - 2 * t)) / 0x7fffffff - 1;
}

/**
 * Quotes as a pure function of seed, symbol and tick: the same in every process, at any tick, without state.
 * A quote costs less than a microsecond.
 */
export class SimulatedMarket {
  readonly #symbols = new Map<string, { seed: number; base: number; rate: number }>();

  /** @param seed the same in all services, so that they see one market @param bases dollars by symbol @default those of the instruments */
  constructor(seed = 1, bases?: ReadonlyMap<string, number>) {
    const all = bases ?? new Map([...INSTRUMENTS.values()].map(({ symbol, base }) => [symbol, base]));
    for (const [symbol, base] of all) {
      const own = [...symbol].reduce((hash, letter) => mix(hash, letter.charCodeAt(0)), mix(seed, 0));
      // Some 10 to 40 million dollars' worth an hour for each.
      const rate = (300 + (mix(own, 1) % 900)) / base;
      this.#symbols.set(symbol, { seed: own, base: base * MILLS, rate });
    }
  }

  get symbols(): string[] {
    return [...this.#symbols.keys()];
  }

  /** Undefined when there is no such symbol. */
  quote(symbol: string, tick: number): Quote | undefined {
    const of = this.#symbols.get(symbol);
    if (!of) return undefined;
    const { bid, ask } = this.#sides(of, tick);
    const trade = tick - (tick % TRADE_TICKS);
    const traded = trade === tick ? { bid, ask } : this.#sides(of, trade);
    const draw = mix(of.seed ^ 0x51ed, tick);
    return {
      symbol,
      tick,
      bid,
      ask,
      bidSize: size(draw & 0xffff, of.base),
      askSize: size(draw >>> 16, of.base),
      last: mix(of.seed ^ 0x7ade, trade) & 1 ? traded.ask : traded.bid,
      volume: volumeAt(of, trade),
    };
  }

  #sides({ seed, base }: { seed: number; base: number }, tick: number): { bid: number; ask: number } {
    let away = 0;
    for (const [period, share] of WAVES) away += share * noise(seed ^ period, tick, period);
    const mid = base * (1 + away);
    const bid = floorToStep(mid * (1 - HALF_SPREAD));
    const above = floorToStep(mid * (1 + HALF_SPREAD));
    return { bid, ask: nextUp(Math.max(above, bid)) };
  }
}

/** 100 to 6,600 shares at a price of 10 dollars, fewer of expensive ones; `draw` is an even 16-bit number. */
function size(draw: number, base: number): number {
  return 1 + Math.round(((100 + draw / 10) * 10 * MILLS) / base);
}

/** Grows with each block of trades: the noise that bends the line is never as steep as the line (3/4 at most). */
function volumeAt({ seed, rate }: { seed: number; rate: number }, tick: number): number {
  const start = firstTickOf(dayOf(tick));
  const bent = (at: number) => at + (VOLUME_PERIOD / 4) * noise(seed ^ 0x701e, at, VOLUME_PERIOD);
  return Math.max(0, Math.floor(rate * (bent(tick) - bent(start))));
}

/** Calls `run` as each tick of the clock begins; of those that pass while the process is busy, for the last only. */
export function everyTick(run: (tick: number) => void): { stop(): void } {
  let timer: NodeJS.Timeout;
  const next = () => {
    // A millisecond late, as timers may come that much early.
    timer = setTimeout(
      () => {
        run(tickAt(Date.now()));
        next();
      },
      TICK_MS + 1 - (Date.now() % TICK_MS),
    );
  };
  next();
  return { stop: () => clearTimeout(timer) };
}
