import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { formatDecimal, parseDecimal } from "../../services/market/money.ts";

/** An order as the API tells it. */
export interface Order {
  id: string;
  symbol: string;
  side: "buy" | "sell";
  status: string;
  filledQuantity?: number;
  averagePrice?: string;
  reason?: string;
}

/** What the tests' user is given once: enough for all orders of all tests. */
const DEPOSIT = "10000000000.00";
/** Beyond this something does not heal. */
const SETTLE_MS = 40_000;

/** The API as one user. */
export class Account {
  readonly apiUrl: string;
  readonly #token: string;

  constructor(apiUrl: string, token: string) {
    this.apiUrl = apiUrl;
    this.#token = token;
  }

  /** Pays in, once however often it is called. */
  async fund(): Promise<void> {
    const response = await this.#fetch("/transactions", {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": "deposit-of-the-tests" },
      body: JSON.stringify({ kind: "deposit", currency: "AUD", amount: DEPOSIT }),
    });
    assert.equal(response.status, 201, await response.text());
  }

  async get<Body>(path: string): Promise<Body> {
    const response = await this.#fetch(path);
    const text = await response.text();
    assert.equal(response.status, 200, `GET ${path}: ${text}`);
    return JSON.parse(text);
  }

  /** Every order, by following the cursor. */
  async orders(): Promise<Order[]> {
    const orders: Order[] = [];
    for (let cursor = ""; ; ) {
      const path = `/orders?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const { items, nextCursor } = await this.get<{ items: Order[]; nextCursor: string | null }>(path);
      orders.push(...items);
      if (nextCursor === null) return orders;
      cursor = nextCursor;
    }
  }

  /** Cash in cents. */
  async cash(): Promise<{ balance: bigint; reserved: bigint }> {
    const { items } = await this.get<{ items: { balance: string; reserved: string }[] }>("/accounts");
    const [account] = items;
    assert.ok(account, "the user has no account");
    return { balance: cents(account.balance), reserved: cents(account.reserved) };
  }

  /** Shares by symbol. */
  async shares(): Promise<Map<string, number>> {
    const { items } = await this.get<{ items: { symbol: string; quantity: number }[] }>("/portfolio");
    return new Map(items.map(({ symbol, quantity }) => [symbol, quantity]));
  }

  /**
   * Waits until every order has come to its end and nothing is reserved any more; then all of them must be paid for and
   * held, once each, to the cent. Resolves to the orders.
   */
  async settled(): Promise<Order[]> {
    const deadline = performance.now() + SETTLE_MS;
    for (;;) {
      const { reserved } = await this.cash();
      const { items } = await this.get<{ items: Order[] }>("/orders?status=accepted&limit=1");
      if (reserved === 0n && items.length === 0) break;
      assert.ok(performance.now() < deadline, `still reserved: ${reserved}, on its way: ${items[0]?.id}`);
      await sleep(100);
    }
    const orders = await this.orders();
    let paid = 0n;
    const bought = new Map<string, number>();
    for (const { symbol, side, filledQuantity = 0, averagePrice = "0" } of orders) {
      assert.equal(side, "buy");
      // Each is one fill, whose price is exact.
      paid += ((parseDecimal(averagePrice, 4) ?? 0n) * BigInt(filledQuantity)) / 100n;
      if (filledQuantity > 0) bought.set(symbol, (bought.get(symbol) ?? 0) + filledQuantity);
    }
    await this.#agrees(cents(DEPOSIT) - paid, bought, deadline);
    return orders;
  }

  /** The ledgers hear of an order's end a moment after it. */
  async #agrees(balance: bigint, bought: Map<string, number>, deadline: number): Promise<void> {
    for (;;) {
      const found = {
        balance: formatDecimal((await this.cash()).balance, 2),
        shares: sorted(await this.shares()),
      };
      const expected = { balance: formatDecimal(balance, 2), shares: sorted(bought) };
      const done = JSON.stringify(found) === JSON.stringify(expected);
      if (done || performance.now() > deadline) return assert.deepEqual(found, expected);
      await sleep(100);
    }
  }

  #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, authorization: `Bearer ${this.#token}` };
    return fetch(this.apiUrl + path, { ...init, headers, signal: AbortSignal.timeout(10_000) });
  }
}

const sorted = (shares: Map<string, number>) => [...shares].sort(([a], [b]) => (a < b ? -1 : 1));

function cents(amount: string): bigint {
  const units = parseDecimal(amount, 2);
  assert.ok(units !== undefined, `${amount} is not an amount`);
  return units;
}
