import { parseDecimal } from "../market/money.ts";
import type { Holding } from "./books.ts";

/** A holding as PostgreSQL gives it: numbers that JavaScript does not hold exactly come as text. */
export interface HoldingRow {
  user_id: string;
  symbol: string;
  quantity: string;
  reserved: string;
  cost: string;
  realised: string;
}

function signedCents(text: string): bigint {
  const units = parseDecimal(text.replace(/^-/, ""), 2);
  if (units === undefined) throw new Error(`${text} is not an amount in dollars and cents`);
  return text.startsWith("-") ? -units : units;
}

export function asHolding({ quantity, reserved, cost, realised }: HoldingRow): Holding {
  return {
    quantity: Number(quantity),
    reserved: Number(reserved),
    cost: signedCents(cost),
    realised: signedCents(realised),
  };
}
