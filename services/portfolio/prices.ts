import { z } from "zod";
import { Peer } from "../kit/client/peer.ts";
import type { Logger } from "../kit/telemetry/index.ts";
import { amountOf, divideHalfUp, formatDecimal, parsePrice, TICK_MS } from "../market/index.ts";
import { type Holding, signedCents } from "./holdings.ts";
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
    const amounts = items.map((item) => item[field]).filter((amount) => amount !== null);
    if (amounts.length < items.length) return null;
    return dollars(amounts.reduce((all, amount) => all + signedCents(amount), 0n));
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

const Quotes = z.object({ items: z.array(z.object({ symbol: z.string(), last: z.string() })) });

const TIMEOUT_MS = 300;
/** After a failure no request waits for quotes for this many milliseconds. */
const PAUSE_MS = 1000;

/** Prices of the latest trades, from `market-data`: fetched at most once a tick. */
export class Prices {
  readonly #peer: Peer | undefined;
  readonly #log: Logger;
  #prices: ReadonlyMap<string, string> = new Map();
  #until = 0;
  #asking: Promise<void> | undefined;

  /** @param url of `market-data`; without it there are no prices */
  constructor(url: string | undefined, log: Logger) {
    this.#peer =
      url === undefined ? undefined : new Peer({ url, name: "market-data", connectTimeoutMs: 200 });
    this.#log = log;
  }

  /** Decimal strings in dollars by symbol; none while quotes are away. Never rejects. */
  async latest(): Promise<ReadonlyMap<string, string>> {
    if (this.#peer && performance.now() >= this.#until) {
      this.#asking ??= this.#ask(this.#peer).finally(() => {
        this.#asking = undefined;
      });
      await this.#asking;
    }
    return this.#prices;
  }

  async close(): Promise<void> {
    await this.#peer?.close();
  }

  async #ask(peer: Peer): Promise<void> {
    try {
      const { body } = await peer.get("/api/quotes", { timeoutMs: TIMEOUT_MS });
      this.#prices = new Map(Quotes.parse(body).items.map(({ symbol, last }) => [symbol, last]));
      this.#until = performance.now() + TICK_MS;
    } catch (error) {
      this.#log.warn(
        { err: error },
        "market-data did not give quotes; portfolios have no market values for now",
      );
      this.#prices = new Map();
      this.#until = performance.now() + PAUSE_MS;
    }
  }
}
