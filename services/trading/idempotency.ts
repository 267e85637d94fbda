import { createHash } from "node:crypto";
import { canonicalPrice } from "../kit/price.ts";
import type { FieldError } from "../kit/problem.ts";
import type { NewOrder } from "./order.ts";

const KEY = /^[\x21-\x7e]{1,255}$/;

/** What is wrong with a request's Idempotency-Key header; nothing when it is good. */
export function keyProblem(key: string | undefined): FieldError | undefined {
  if (key && KEY.test(key)) return undefined;
  const message = key
    ? "must be 1 to 255 visible ASCII characters"
    : "is required: a value of your choice, the same when you repeat this order, e.g. a UUID";
  return { field: "Idempotency-Key", message };
}

/** Equal for requests that mean the same order, however they were written. SHA-256, 32 bytes. */
export function fingerprint(order: NewOrder): Buffer {
  const { symbol, side, type, quantity } = order;
  const price = order.type === "limit" ? canonicalPrice(order.limitPrice) : null;
  return createHash("sha256")
    .update(JSON.stringify([symbol, side, type, quantity, price]))
    .digest();
}
