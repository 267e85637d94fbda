import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { request } from "undici";
import type { Trader } from "./stage.ts";
import type { SentOrder } from "./traffic.ts";

/** Paid in before a drill, AUD: enough for any drill's orders. */
const DEPOSIT = "10000000.00";
const PAGE = 100;
const CALL_TIMEOUT_MS = 5000;
/** Pauses between looks at what isn't settled yet, in milliseconds. */
const LOOK_MS = 250;

interface Order {
  id: string;
  symbol: string;
  status: string;
  filledQuantity?: number;
  averagePrice?: string;
  createdAt: string;
}

/** A user's money in hundredths of a cent, and shares by symbol. */
interface Holdings {
  balance: bigint;
  reserved: bigint;
  shares: Map<string, number>;
}

/** What the orders of a drill and the users' cash and holdings say together. Each list should be empty. */
export interface Audit {
  orders: number;
  filled: number;
  /** Acknowledged orders that are not there. */
  lost: string[];
  /** Orders that are there and that nobody sent, such as a second one for the same key. */
  doubled: string[];
  /** Acknowledged orders that did not come to an end. */
  unfinished: string[];
  /** Sentences on cash and holdings that don't agree with the orders. */
  unbalanced: string[];
}

/** The orders, cash and holdings of the users that trade in a drill, before and after. */
export class Books {
  readonly #apiUrl: string;
  readonly #traders: readonly Trader[];
  readonly #before: Map<string, Holdings>;
  readonly #openedAt: string;

  private constructor(
    apiUrl: string,
    traders: readonly Trader[],
    before: Map<string, Holdings>,
    openedAt: string,
  ) {
    this.#apiUrl = apiUrl;
    this.#traders = traders;
    this.#before = before;
    this.#openedAt = openedAt;
  }

  /** Pays each user in, and notes what each has. */
  static async open(apiUrl: string, traders: readonly Trader[]): Promise<Books> {
    const before = new Map<string, Holdings>();
    for (const trader of traders) {
      await call(apiUrl, trader, "/transactions", {
        key: randomUUID(),
        body: { kind: "deposit", currency: "AUD", amount: DEPOSIT },
      });
      before.set(trader.name, await holdingsOf(apiUrl, trader));
    }
    return new Books(apiUrl, traders, before, await lastOrderAt(apiUrl, traders));
  }

  /**
   * Waits until every order has come to its end and the ledgers have heard of it, then compares.
   * @param deadline of `performance.now()`; what isn't settled by then is said in the result
   */
  async audit(sent: readonly SentOrder[], deadline: number): Promise<Audit> {
    for (;;) {
      const audit = await this.#compare(sent);
      const isSettled = audit.unfinished.length === 0 && audit.unbalanced.length === 0;
      if (isSettled || performance.now() > deadline) return audit;
      await sleep(LOOK_MS);
    }
  }

  async #compare(sent: readonly SentOrder[]): Promise<Audit> {
    const audit: Audit = { orders: 0, filled: 0, lost: [], doubled: [], unfinished: [], unbalanced: [] };
    for (const trader of this.#traders) {
      const orders = new Map((await this.#ordersOf(trader)).map((order) => [order.id, order]));
      const ids = new Set(sent.filter((one) => one.trader === trader).flatMap(({ id }) => id ?? []));
      audit.orders += ids.size;
      audit.lost.push(...[...ids].filter((id) => !orders.has(id)));
      audit.doubled.push(...[...orders.keys()].filter((id) => !ids.has(id)));
      for (const { id, status } of orders.values()) {
        if (status === "filled") audit.filled += 1;
        if (["accepted", "open"].includes(status)) audit.unfinished.push(id);
      }
      const before = this.#before.get(trader.name) as Holdings;
      const after = await holdingsOf(this.#apiUrl, trader);
      audit.unbalanced.push(...differences(trader.name, before, after, [...orders.values()]));
    }
    return audit;
  }

  /** The user's orders since the books were opened. */
  async #ordersOf(trader: Trader): Promise<Order[]> {
    const orders: Order[] = [];
    for (let cursor = ""; ; ) {
      const path = `/orders?limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const page = await call<{ items: Order[]; nextCursor: string | null }>(this.#apiUrl, trader, path);
      const recent = page.items.filter(({ createdAt }) => createdAt > this.#openedAt);
      orders.push(...recent);
      if (recent.length < page.items.length || page.nextCursor === null) return orders;
      cursor = page.nextCursor;
    }
  }
}

/** Whether what the user paid and got is what the orders say. */
function differences(user: string, before: Holdings, after: Holdings, orders: Order[]): string[] {
  const problems: string[] = [];
  const expected = new Map(before.shares);
  let paid = 0n;
  for (const { symbol, filledQuantity = 0, averagePrice = "0" } of orders) {
    if (filledQuantity === 0) continue;
    paid += units(averagePrice) * BigInt(filledQuantity);
    expected.set(symbol, (expected.get(symbol) ?? 0) + filledQuantity);
  }
  if (after.reserved !== 0n) problems.push(`${user}: ${dollars(after.reserved)} are still reserved`);
  if (before.balance - paid !== after.balance)
    problems.push(
      `${user}: has ${dollars(after.balance)}, and should have ${dollars(before.balance - paid)}`,
    );
  for (const symbol of new Set([...expected.keys(), ...after.shares.keys()])) {
    const [has, should] = [after.shares.get(symbol) ?? 0, expected.get(symbol) ?? 0];
    if (has !== should) problems.push(`${user}: holds ${has} ${symbol}, and should hold ${should}`);
  }
  return problems;
}

async function holdingsOf(apiUrl: string, trader: Trader): Promise<Holdings> {
  const [accounts, portfolio] = await Promise.all([
    call<{ items: { balance: string; reserved: string }[] }>(apiUrl, trader, "/accounts"),
    call<{ items: { symbol: string; quantity: number }[] }>(apiUrl, trader, "/portfolio"),
  ]);
  const [account] = accounts.items;
  return {
    balance: units(account?.balance ?? "0"),
    reserved: units(account?.reserved ?? "0"),
    shares: new Map(portfolio.items.map(({ symbol, quantity }) => [symbol, quantity])),
  };
}

/** When the newest order of any of the users was made; the database's clock, so that no other clock is compared with it. */
async function lastOrderAt(apiUrl: string, traders: readonly Trader[]): Promise<string> {
  const newest = await Promise.all(
    traders.map((trader) => call<{ items: Order[] }>(apiUrl, trader, "/orders?limit=1")),
  );
  return newest.reduce(
    (last, { items: [order] }) => (order && order.createdAt > last ? order.createdAt : last),
    "",
  );
}

/** Ten-thousandths of a dollar of a decimal amount. */
function units(amount: string): bigint {
  const [, sign, whole = "0", fraction = ""] = /^(-?)(\d+)(?:\.(\d{1,4}))?$/.exec(amount) ?? [];
  if (sign === undefined) throw new Error(`${amount} is no amount of money`);
  const value = BigInt(whole) * 10_000n + BigInt(fraction.padEnd(4, "0"));
  return sign === "-" ? -value : value;
}

function dollars(value: bigint): string {
  return (Number(value) / 10_000).toFixed(2);
}

/** @throws Error with what the API answered, where that is no success */
async function call<Body>(
  apiUrl: string,
  { name, token }: Trader,
  path: string,
  post?: { key: string; body: unknown },
): Promise<Body> {
  const { statusCode, body } = await request(apiUrl + path, {
    method: post ? "POST" : "GET",
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    headers: {
      authorization: `Bearer ${token}`,
      ...(post && { "content-type": "application/json", "idempotency-key": post.key }),
    },
    ...(post && { body: JSON.stringify(post.body) }),
  });
  const text = await body.text();
  if (statusCode >= 200 && statusCode < 300) return JSON.parse(text) as Body;
  throw new Error(`${path} of ${name} answered ${statusCode}: ${text.slice(0, 200)}`);
}
