import { floorToStep, nextUp } from "../../market/price.ts";
import { type Quote, tickAt } from "../../market/simulated-market.ts";

/** What tells a symbol's quote at a tick. */
export interface Quotes {
  quote(symbol: string, tick: number): Quote | undefined;
}

/** How far beyond the best price a market order may trade, so that what it needs is known before it is executed. */
const REACH = 0.05;

/**
 * The worst price, in mills, at which a market order may trade: the best ask and 5 %, or the best bid less 5 %.
 * Nothing when the symbol has no quote.
 */
export function protection(
  quotes: Quotes,
  symbol: string,
  side: "buy" | "sell",
  now: number,
): number | undefined {
  const quote = quotes.quote(symbol, tickAt(now));
  if (!quote) return undefined;
  return side === "buy" ? nextUp(floorToStep(quote.ask * (1 + REACH))) : floorToStep(quote.bid * (1 - REACH));
}
