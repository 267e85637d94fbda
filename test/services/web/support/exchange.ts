import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import {
  amountOf,
  formatDecimal,
  parseDecimal,
  parsePrice,
  priceText,
  type SimulatedMarket,
  tickAt,
} from "../../../../services/market/index.ts";
import { alwaysOpen, asxHours } from "../../../../services/trading/exchange/hours.ts";
import { pageFor } from "./page-of.ts";

interface Order {
  id: string;
  symbol: string;
  side: "buy" | "sell";
  type: "limit" | "market";
  quantity: number;
  limitPrice?: string;
  status: string;
  filledQuantity?: number;
  averagePrice?: string;
  reason?: string;
  createdAt: string;
}

interface Event {
  version: number;
  type: string;
  status: string;
  at: string;
  fill?: { id: string; quantity: number; price: string; amount: string };
  reason?: string;
}

interface StatementLine {
  line: number;
  [field: string]: unknown;
}

const ACCOUNT = "0190a5a0-0000-7000-8000-000000000001";
const cents = (text: string) => parseDecimal(text, 2) ?? 0n;
const dollars = (units: bigint) => formatDecimal(units, 2);

/** Orders, cash and holdings of one user, in memory: enough of `trading`, `transactions` and `portfolio` for the page. */
export class StandInExchange {
  readonly orders: Order[] = [];
  readonly events = new Map<string, Event[]>();
  readonly statement: StatementLine[] = [];
  readonly positions = new Map<string, { quantity: number; cost: bigint }>();
  /** Of each request to place an order: its key. */
  readonly keys: string[] = [];
  balance: bigint | undefined;
  /** How long an order that can trade takes. */
  fillAfterMs = 60;
  /** Its clock and hours. With `asx` it opens and closes as ASX does, by the time that `now` says. */
  hours: "always" | "asx" = "always";
  now: () => number = Date.now;
  /** What the portfolio answers, in the place of what was traded. */
  portfolio: unknown;
  readonly #byKey = new Map<string, unknown>();
  readonly #market: SimulatedMarket;

  constructor(market: SimulatedMarket) {
    this.#market = market;
  }

  reset(): void {
    this.orders.length = 0;
    this.statement.length = 0;
    this.keys.length = 0;
    this.events.clear();
    this.positions.clear();
    this.#byKey.clear();
    this.balance = undefined;
    this.hours = "always";
    this.now = Date.now;
    this.portfolio = undefined;
  }

  /** Fills so many shares of an order, at a price. */
  fill(order: Order, quantity: number, price: string): void {
    const units = amountOf(BigInt(parsePrice(price) ?? 0), quantity);
    order.filledQuantity = (order.filledQuantity ?? 0) + quantity;
    order.averagePrice = `${price}00`;
    order.status = order.filledQuantity === order.quantity ? "filled" : "open";
    this.#note(order, { type: "fill", fill: { id: randomUUID(), quantity, price, amount: dollars(units) } });
    this.#book(order.side === "buy" ? -units : units, order.side, order.id);
    const held = this.positions.get(order.symbol) ?? { quantity: 0, cost: 0n };
    const sign = order.side === "buy" ? 1 : -1;
    this.positions.set(order.symbol, {
      quantity: held.quantity + sign * quantity,
      cost: held.cost + BigInt(sign) * units,
    });
  }

  close(order: Order, status: string, reason: string): void {
    Object.assign(order, { status, reason });
    this.#note(order, { type: "closed", reason });
  }

  deposit(units: bigint): void {
    this.#book(units, "deposit");
  }

  #note(order: Order, event: Partial<Event>): void {
    const all = this.events.get(order.id) ?? [];
    this.events.set(order.id, all);
    const at = new Date().toISOString();
    all.push({ version: all.length, type: "placed", status: order.status, at, ...event });
  }

  #book(units: bigint, kind: string, orderId?: string): void {
    this.balance = (this.balance ?? 0n) + units;
    this.statement.unshift({
      line: this.statement.length + 1,
      at: new Date().toISOString(),
      kind,
      direction: units < 0n ? "debit" : "credit",
      amount: dollars(units < 0n ? -units : units),
      balance: dollars(this.balance),
      ...(orderId ? { orderId, fillId: "1" } : { transactionId: randomUUID() }),
    });
  }

  #place(body: Omit<Order, "id" | "status" | "createdAt">): Order {
    const order: Order = {
      ...body,
      id: randomUUID(),
      status: "accepted",
      createdAt: new Date().toISOString(),
    };
    this.orders.unshift(order);
    this.#note(order, { type: "placed" });
    setTimeout(() => this.#arrive(order), this.fillAfterMs);
    return { ...order };
  }

  #arrive(order: Order): void {
    const quote = this.#market.quote(order.symbol, tickAt(Date.now()));
    const best = quote?.[order.side === "buy" ? "ask" : "bid"] ?? 0;
    const limit = order.limitPrice ? (parsePrice(order.limitPrice) ?? 0) : best;
    if (order.side === "buy" ? limit >= best : limit <= best)
      this.fill(order, order.quantity, priceText(best));
    else {
      order.status = "open";
      this.#note(order, { type: "opened" });
    }
  }

  #portfolio() {
    const items = [...this.positions].map(([symbol, { quantity, cost }]) => {
      const last = this.#market.quote(symbol, tickAt(Date.now()))?.last ?? 0;
      const value = amountOf(BigInt(last), quantity);
      return {
        symbol,
        quantity,
        reserved: 0,
        cost: dollars(cost),
        averageCost: quantity ? formatDecimal((cost * 100n) / BigInt(quantity), 4) : null,
        price: priceText(last),
        marketValue: dollars(value),
        unrealised: dollars(value - cost),
        realised: "0.00",
      };
    });
    const sum = (key: "cost" | "marketValue" | "unrealised") =>
      dollars(
        items.reduce(
          (all, item) => all + (item[key].startsWith("-") ? -1n : 1n) * cents(item[key].replace("-", "")),
          0n,
        ),
      );
    return {
      items,
      total: {
        cost: sum("cost"),
        marketValue: sum("marketValue"),
        unrealised: sum("unrealised"),
        realised: "0.00",
      },
    };
  }

  #reserved(): bigint {
    return this.orders
      .filter(({ status, side }) => side === "buy" && (status === "open" || status === "accepted"))
      .reduce(
        (sum, { limitPrice = "0", quantity, filledQuantity = 0 }) =>
          sum + amountOf(BigInt(parsePrice(limitPrice) ?? 0), quantity - filledQuantity),
        0n,
      );
  }

  /** Once a key: another request with it brings the first answer. */
  #once<Answer>(key: string, run: () => Answer): Answer {
    const known = this.#byKey.get(key) as Answer | undefined;
    const answer = known ?? run();
    this.#byKey.set(key, answer);
    return answer;
  }

  routes(): Hono {
    const app = new Hono();
    const find = (id: string) => this.orders.find((order) => order.id === id);
    app.get("/api/market", (c) => {
      const [now, hours] = [this.now(), this.hours === "asx" ? asxHours : alwaysOpen];
      const open = hours.isOpen(now);
      const time = (ms: number) => new Date(ms).toISOString();
      return c.json({
        hours: this.hours,
        open,
        opensAt: open ? null : time(hours.openFrom(now)),
        closesAt: time(hours.closeAfter(now)),
        now: time(now),
      });
    });
    app.post("/api/orders", async (c) => {
      const key = c.req.header("idempotency-key") ?? "";
      this.keys.push(key);
      const body = await c.req.json();
      return c.json(
        this.#once(key, () => this.#place(body)),
        201,
      );
    });
    app.get("/api/orders", (c) => {
      const { status, symbol } = c.req.query();
      const items = this.orders.filter(
        (order) => (!status || order.status === status) && (!symbol || order.symbol === symbol),
      );
      return c.json(pageFor(c, items, ({ id }) => id));
    });
    app.get("/api/orders/:id", (c) => {
      const order = find(c.req.param("id"));
      return order ? c.json(order) : c.json({ detail: "You have no order of this id." }, 404);
    });
    app.get("/api/orders/:id/events", (c) => c.json({ items: this.events.get(c.req.param("id")) ?? [] }));
    app.post("/api/orders/:id/cancel", (c) => {
      const order = find(c.req.param("id"));
      if (order?.status !== "open") return c.json({ detail: `The order is ${order?.status} already.` }, 409);
      const before = { ...order };
      this.close(order, "cancelled", "Cancelled by the client.");
      return c.json(before, 202);
    });
    app.get("/api/accounts", (c) => {
      if (this.balance === undefined) return c.json({ items: [] });
      const reserved = this.#reserved();
      const amounts = {
        balance: dollars(this.balance),
        reserved: dollars(reserved),
        available: dollars(this.balance - reserved),
      };
      return c.json({
        items: [{ id: ACCOUNT, currency: "AUD", ...amounts, openedAt: "2026-01-01T00:00:00.000Z" }],
      });
    });
    app.get("/api/accounts/:id/statement", (c) =>
      c.json(pageFor(c, this.statement, ({ line }) => String(line))),
    );
    app.post("/api/transactions", async (c) => {
      const { amount } = await c.req.json();
      const key = c.req.header("idempotency-key") ?? "";
      this.#once(key, () => {
        this.#book(cents(amount), "deposit");
        return true;
      });
      return c.json(
        {
          id: randomUUID(),
          kind: "deposit",
          accountId: ACCOUNT,
          currency: "AUD",
          amount,
          createdAt: new Date().toISOString(),
        },
        201,
      );
    });
    app.get("/api/portfolio", (c) => c.json(this.portfolio ?? this.#portfolio()));
    return app;
  }
}
