import assert from "node:assert/strict";
import { parseDecimal } from "../../../services/market/money.ts";

export const cents = (amount: string): bigint => {
  const units = parseDecimal(amount, 2);
  assert.ok(units !== undefined, `${amount} is not an amount`);
  return units;
};

/** What the answers to the clients say, with which the ledgers have to agree. */
export class ClientRecord {
  /** Ids of acknowledged orders, by user and key. */
  readonly orders = new Map<string, string>();
  /** What users brought and took, in cents, by user. */
  readonly cash = new Map<string, bigint>();
  /** Shares that users brought, and what they had cost, in cents, by user and symbol. */
  readonly shares = new Map<string, { quantity: number; cost: bigint }>();

  /** Refused when they were repeated, although an earlier try may have been done since: by user and key. */
  readonly open = new Map<string, () => void>();

  acknowledged(user: string, key: string, id: string): void {
    const before = this.orders.get(`${user} ${key}`);
    assert.ok(before === undefined || before === id, `two orders for one key: ${before} and ${id}`);
    this.orders.set(`${user} ${key}`, id);
  }

  moved(user: string, amount: bigint): void {
    this.cash.set(user, (this.cash.get(user) ?? 0n) + amount);
  }

  brought(user: string, symbol: string, quantity: number, cost: bigint): void {
    const key = `${user} ${symbol}`;
    const { quantity: had, cost: paid } = this.shares.get(key) ?? { quantity: 0, cost: 0n };
    this.shares.set(key, { quantity: had + quantity, cost: paid + cost });
  }
}
