import { amountOf, formatDecimal, parseDecimal } from "../../../../market/money.ts";
import { marketOrderLimit, parsePrice, priceProblem, priceText } from "../../../../market/price.ts";
import type { NewOrder } from "../api/types.ts";

/** What is typed into the order ticket. */
export interface Draft {
  side: "buy" | "sell";
  type: "limit" | "market";
  quantity: string;
  limitPrice: string;
}

export type DraftProblems = Partial<Record<"quantity" | "limitPrice" | "symbol", string>>;

/** The best prices of now, as decimal strings. */
interface Best {
  bid: string;
  ask: string;
  last: string;
}

/** What is known of the user and the market; undefined where it isn't. */
export interface Means {
  quote: Best | undefined;
  /** Cash that can be spent, a decimal string. */
  available: string | undefined;
  /** Shares that can be sold. */
  sellable: number | undefined;
  open: boolean | undefined;
}

/** What an order would come to at the prices of now. Amounts are decimal strings in dollars. */
export interface Estimate {
  /** Cost of a buy, proceeds of a sell. */
  amount: string;
  /** The most that a buy may cost, which is reserved until the order ends; for a sell its shares are. */
  reserved: string | undefined;
  /** Whether it would trade at once. */
  immediate: boolean;
}

const KEY = "trizone.ticket";
const EMPTY: Draft = { side: "buy", type: "limit", quantity: "", limitPrice: "" };

/** The draft that this tab keeps: a reload or a sign-in finds it as it was. */
export function keptDraft(): Draft {
  try {
    return { ...EMPTY, ...(JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Partial<Draft>) };
  } catch {
    // Not written by this page.
    return EMPTY;
  }
}

export function keepDraft(draft: Draft): void {
  sessionStorage.setItem(KEY, JSON.stringify(draft));
}

const QUANTITY = /^[1-9]\d{0,8}$/;
/** The exchange refuses limits further than this share of the latest price away. */
const BAND = 0.5;

/** What is wrong with a draft, by field, by the rules of the API; empty when it can be sent. */
export function problemsOf(draft: Draft, means: Means): DraftProblems {
  const found: DraftProblems = {};
  if (!QUANTITY.test(draft.quantity)) found.quantity = "Must be a whole number from 1 to 999999999.";
  if (draft.type === "limit") {
    const problem = limitProblem(draft.limitPrice, means.quote);
    if (problem) found.limitPrice = problem;
  } else if (!means.quote) found.symbol = "There is no price yet; a market order needs one.";
  if (means.open === false) found.symbol = "The exchange is closed: it would reject the order.";
  if (Object.keys(found).length > 0) return found;
  const problem = draft.side === "buy" ? cashProblem(draft, means) : sharesProblem(draft, means);
  return problem ? { quantity: problem } : {};
}

function limitProblem(text: string, quote: Best | undefined): string | undefined {
  const problem = priceProblem(text);
  if (problem) return `${problem[0]?.toUpperCase()}${problem.slice(1)}.`;
  const last = quote && parsePrice(quote.last);
  const mills = parsePrice(text) ?? 0;
  if (last && Math.abs(mills - last) > last * BAND)
    return `Is more than half the latest price (${quote.last}) away: the exchange would refuse it.`;
  return undefined;
}

function cashProblem(draft: Draft, { quote, available }: Means): string | undefined {
  const needed = parseDecimal(estimateOf(draft, quote)?.reserved ?? "", 2);
  const has = parseDecimal(available ?? "", 2);
  if (needed === undefined || has === undefined || needed <= has) return undefined;
  return `May cost A$${formatDecimal(needed, 2)}; A$${available} is available.`;
}

function sharesProblem({ quantity }: Draft, { sellable }: Means): string | undefined {
  if (sellable === undefined || Number(quantity) <= sellable) return undefined;
  return sellable === 0 ? "You hold none of it to sell." : `You can sell ${sellable} at most.`;
}

/** What an order would come to; undefined while the draft or the quote doesn't say. */
export function estimateOf(
  { side, type, quantity, limitPrice }: Draft,
  quote: Best | undefined,
): Estimate | undefined {
  if (!QUANTITY.test(quantity)) return undefined;
  const best = quote && parsePrice(side === "buy" ? quote.ask : quote.bid);
  const limit = type === "limit" ? parsePrice(limitPrice) : best && marketOrderLimit(side, best);
  if (!limit) return undefined;
  const immediate = best !== undefined && (side === "buy" ? limit >= best : limit <= best);
  const price = immediate ? best : limit;
  const total = (mills: number) => formatDecimal(amountOf(BigInt(mills), Number(quantity)), 2);
  return { amount: total(price), reserved: side === "buy" ? total(limit) : undefined, immediate };
}

/** The worst price that a market order may trade at, as a decimal string. */
export function worstOf(side: Draft["side"], quote: Best | undefined): string | undefined {
  const best = quote && parsePrice(side === "buy" ? quote.ask : quote.bid);
  return best ? priceText(marketOrderLimit(side, best)) : undefined;
}

/** The request's body. */
export function orderOf(symbol: string, { side, type, quantity, limitPrice }: Draft): NewOrder {
  const common = { symbol, side, quantity: Number(quantity) };
  return (type === "limit" ? { ...common, type, limitPrice } : { ...common, type }) as NewOrder;
}

/** An order in words: `Buy 100 BHP at 45.10`. */
export function wordsOf(symbol: string, { side, type, quantity, limitPrice }: Draft): string {
  const price = type === "limit" ? `at ${limitPrice}` : "at market";
  return `${side === "buy" ? "Buy" : "Sell"} ${quantity} ${symbol} ${price}`;
}
