import { hash } from "node:crypto";
import { ProblemError } from "../kit/http/problem.ts";
import { keyOfAnother } from "../kit/http/user.ts";
import {
  canonicalPrice,
  INSTRUMENTS,
  marketOrderLimit,
  parsePrice,
  type Quote,
  tickAt,
} from "../market/index.ts";
import type { Accept } from "./accept/accept.ts";
import type { NewOrder } from "./order.ts";
import type { PlacedOrder } from "./saga/state.ts";

/** A source of quotes by symbol and tick. */
export interface Quotes {
  quote(symbol: string, tick: number): Quote | undefined;
}

/** The worst price, in mills, at which a market order may trade. Nothing when the symbol has no quote. */
function protection(quotes: Quotes, symbol: string, side: "buy" | "sell", now: number): number | undefined {
  const quote = quotes.quote(symbol, tickAt(now));
  if (!quote) return undefined;
  return marketOrderLimit(side, side === "buy" ? quote.ask : quote.bid);
}

export interface PlaceArgs {
  accept: Accept;
  quotes: Quotes;
  /** Orders being processed by the owner of a symbol's shard. */
  backlogOf(symbol: string): number;
  /** While there are more than this, new orders are refused. */
  maxBacklog: number;
  now(): number;
  /** A version 7 UUID of a time in milliseconds. */
  newId(ms: number): string;
}

export interface Placed {
  order: PlacedOrder;
  /** Stored by an earlier request with the same key. */
  replayed: boolean;
}

/**
 * Stores a client's order, once per user and key.
 * @throws ProblemError 422 for an unknown symbol, or a key that was used for another order; 503 when orders come faster
 * than they are processed, or the database is away
 */
export async function place(args: PlaceArgs, userId: string, key: string, order: NewOrder): Promise<Placed> {
  const { symbol, side, type, quantity } = order;
  if (!INSTRUMENTS.has(symbol)) throw unknownSymbol(symbol);
  if (args.backlogOf(symbol) > args.maxBacklog) throw overloaded();
  const createdAt = args.now();
  const limitPrice = order.type === "limit" ? order.limitPrice : undefined;
  const worst =
    limitPrice === undefined ? protection(args.quotes, symbol, side, createdAt) : parsePrice(limitPrice);
  if (worst === undefined) throw unknownSymbol(symbol);
  const id = args.newId(createdAt);
  const accepted = await args.accept.accept({
    key,
    fingerprint: fingerprint(order),
    order: { id, userId, symbol, side, type, quantity, limitPrice, worst, createdAt },
  });
  if (accepted === "other-order") throw keyOfAnother("order");
  return accepted;
}

function unknownSymbol(symbol: string): ProblemError {
  const errors = [
    { field: "symbol", pointer: "/symbol", message: `${symbol} is not an instrument traded here` },
  ];
  return new ProblemError(422, "The order's symbol is unknown.", { errors });
}

function overloaded(): ProblemError {
  const detail = "Too many orders are waiting. Try again shortly, with the same Idempotency-Key.";
  return new ProblemError(503, detail, { headers: { "retry-after": "1" } });
}

/** Equal for requests that mean the same order, however they were written. SHA-256, 32 bytes. */
export function fingerprint(order: NewOrder): Buffer {
  const { symbol, side, type, quantity } = order;
  const price = order.type === "limit" ? canonicalPrice(order.limitPrice) : null;
  return hash("sha256", JSON.stringify([symbol, side, type, quantity, price]), "buffer");
}
