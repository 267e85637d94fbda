import { INSTRUMENTS } from "../../../../services/market/instruments.ts";
import type { Quote } from "../../../../services/market/simulated-market.ts";

/** Quotes that go up and down so that resting orders are met now and then. */
export const quotes = {
  quote(symbol: string, tick: number): Quote | undefined {
    if (!INSTRUMENTS.has(symbol)) return undefined;
    const bid = 10_000 + 10 * (tick % 7);
    return { symbol, tick, bid, ask: bid + 10, bidSize: 60, askSize: 60, last: bid, volume: 0 };
  },
};
