import { amountOf, divideHalfUp, formatDecimal, parseDecimal, parsePrice } from "../market/index.ts";
import type { Holding } from "./holdings.ts";
import type { Portfolio, Position } from "./schemas.ts";

const dollars = (cents: bigint) => formatDecimal(cents, 2);

/** A holding with what it is worth at a price (a decimal string in dollars), or without when there is none. */
export function positionOf(symbol: string, holding: Holding, price: string | undefined): Position {
  const { quantity, reserved, cost, realised } = holding;
  const mills = price === undefined ? undefined : parsePrice(price);
  const value = mills === undefined ? undefined : amountOf(BigInt(mills), quantity);
  return {
    symbol,
    quantity,
    reserved,
    cost: dollars(cost),
    averageCost: quantity === 0 ? null : formatDecimal(divideHalfUp(cost * 100n, BigInt(quantity)), 4),
    price: price ?? null,
    marketValue: value === undefined ? null : dollars(value),
    unrealised: value === undefined ? null : dollars(value - cost),
    realised: dollars(realised),
  };
}

/** All positions and their sums; a sum over one without a price is not known. */
export function portfolioOf(items: Position[]): Portfolio {
  const sum = (field: "cost" | "marketValue" | "unrealised" | "realised"): string | null => {
    const amounts = items.map((item) => item[field]);
    return amounts.includes(null) ? null : dollars(amounts.reduce((all, one) => all + cents(one), 0n));
  };
  return {
    items,
    total: {
      cost: sum("cost") ?? "0.00",
      marketValue: sum("marketValue"),
      unrealised: sum("unrealised"),
      realised: sum("realised") ?? "0.00",
    },
  };
}

function cents(amount: string | null): bigint {
  const text = amount ?? "0.00";
  const units = parseDecimal(text.replace(/^-/, ""), 2) ?? 0n;
  return text.startsWith("-") ? -units : units;
}
