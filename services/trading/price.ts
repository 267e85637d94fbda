import { Decimal } from "decimal.js";

/** ASX price steps in dollars: 0.1 cent below 10 cents, half a cent below 2 dollars, 1 cent from there on. */
const STEPS: [below: string, step: string][] = [
  ["0.1", "0.001"],
  ["2", "0.005"],
  ["Infinity", "0.01"],
];

const WRITTEN = /^(0|[1-9]\d{0,5})(\.\d{1,3})?$/;

/** The price step (tick) that applies to a price, as a decimal string. */
export function stepFor(price: Decimal): string {
  return STEPS.find(([below]) => price.lessThan(below))?.[1] ?? "0.01";
}

/** What is wrong with a limit price written as a decimal string; nothing when it is good. */
export function priceProblem(text: string): string | undefined {
  if (!WRITTEN.test(text)) {
    return 'must be a decimal string in dollars such as "45.10", below 1000000, with at most 3 decimals';
  }
  const price = new Decimal(text);
  if (price.isZero()) return "must be more than 0";
  const step = stepFor(price);
  return price.modulo(step).isZero()
    ? undefined
    : `must be a multiple of ${step}, the price step at this price`;
}

/** The same text for prices of the same value, e.g. 45.1 and 45.10. */
export function canonicalPrice(text: string): string {
  return new Decimal(text).toFixed();
}
