import { floorToStep, nextUp, type Quote, tickAt } from "../../market/index.ts";

/** A source of quotes by symbol and tick. */
export interface Quotes {
  quote(symbol: string, tick: number): Quote | undefined;
}

/** Market orders trade at most this share beyond the best price, so that the amount to reserve is known in advance. */
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
