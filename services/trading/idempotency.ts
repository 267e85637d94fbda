import { hash } from "node:crypto";
import { canonicalPrice } from "../market/price.ts";
import type { NewOrder } from "./order.ts";

/** Equal for requests that mean the same order, however they were written. SHA-256, 32 bytes. */
export function fingerprint(order: NewOrder): Buffer {
  const { symbol, side, type, quantity } = order;
  const price = order.type === "limit" ? canonicalPrice(order.limitPrice) : null;
  return hash("sha256", JSON.stringify([symbol, side, type, quantity, price]), "buffer");
}
