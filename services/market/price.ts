/**
 * Prices are whole mills (thousandths of a dollar) inside: exact in a JavaScript number up to the highest price, and
 * as fine as the smallest price step.
 */
export const MILLS = 1000;

/** Below this many dollars, so that a price's mills and its products with a step stay small. */
const MAX_DOLLARS = 1_000_000;

const WRITTEN = /^(0|[1-9]\d{0,5})(?:\.(\d{1,3}))?$/;

/**
 * The price step (tick) at a price, in mills: 0.1 cent below 10 cents, half a cent below 2 dollars, 1 cent from there
 * on (ASX Operating Rules Procedures, 4020).
 */
export function stepAt(mills: number): number {
  if (mills < 100) return 1;
  return mills < 2000 ? 5 : 10;
}

/** The highest valid price that is no more than `mills`; at least the lowest price there is. */
export function floorToStep(mills: number): number {
  const whole = Math.max(1, Math.floor(mills));
  return whole - (whole % stepAt(whole));
}

/** The next valid price above a valid one. */
export function nextUp(mills: number): number {
  return mills + stepAt(mills);
}

/** The next valid price below a valid one; 0 below the lowest. */
export function nextDown(mills: number): number {
  return mills - stepAt(mills - 1);
}

/** Market orders trade at most this share beyond the best price, so that the amount to reserve is known in advance. */
const REACH = 0.05;

/** The worst price, in mills, at which a market order may trade: 5 % beyond the best ask of a buy, or the best bid of a sell. */
export function marketOrderLimit(side: "buy" | "sell", best: number): number {
  return side === "buy" ? nextUp(floorToStep(best * (1 + REACH))) : floorToStep(best * (1 - REACH));
}

/** A decimal string in dollars: two decimals, three where the price has them. */
export function priceText(mills: number): string {
  const dollars = Math.floor(mills / MILLS);
  const rest = String(mills % MILLS).padStart(3, "0");
  return `${dollars}.${rest.endsWith("0") ? rest.slice(0, 2) : rest}`;
}

/** The mills of a decimal string in dollars; undefined when it is not one, or has more than three decimals. */
export function parsePrice(text: string): number | undefined {
  const [, dollars, decimals = ""] = WRITTEN.exec(text) ?? [];
  return dollars === undefined ? undefined : Number(dollars) * MILLS + Number(decimals.padEnd(3, "0"));
}

/** What is wrong with a limit price written as a decimal string; undefined when it is valid. */
export function priceProblem(text: string): string | undefined {
  const mills = parsePrice(text);
  if (mills === undefined) {
    return `must be a decimal string in dollars such as "45.10", below ${MAX_DOLLARS}, with at most 3 decimals`;
  }
  if (mills === 0) return "must be more than 0";
  const step = stepAt(mills);
  return mills % step === 0
    ? undefined
    : `must be a multiple of ${step / MILLS}, the price step at this price`;
}

/** What texts `priceProblem` finds nothing wrong with: multiples of the step below 10 cents, below 2 dollars, and above. */
export const PRICE_PATTERN =
  /^(?:0\.0(?:0[1-9]|[1-9][0-9]?)|0\.[1-9](?:[0-9][05]?)?|1(?:\.[0-9](?:[0-9][05]?)?)?|(?:[2-9]|[1-9][0-9]{1,5})(?:\.[0-9](?:[0-9]0?)?)?)$/;

/** The same text for prices of the same value, e.g. 45.1 and 45.10. */
export function canonicalPrice(text: string): string {
  const mills = parsePrice(text);
  if (mills === undefined) throw new Error(`${text} is not a price; check it with priceProblem first`);
  return String(mills / MILLS);
}
