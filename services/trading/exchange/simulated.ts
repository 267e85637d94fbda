import { INSTRUMENTS, priceText, type SimulatedMarket, TICK_MS, tickAt } from "../../market/index.ts";
import type { Clock } from "../clock.ts";
import { Book, type Offer } from "./book.ts";
import type { Hours } from "./hours.ts";
import type { Exchange, ExchangeOrder, Report, RestingOrder } from "./port.ts";

export interface SimulatedExchangeOptions {
  market: Pick<SimulatedMarket, "quote">;
  clock: Clock;
  hours: Hours;
  /** Names the trades that this instance makes: `<trades>-<number>`; unique among all that ever were. */
  trades: string;
  /** Whether the market trades no more at a tick than its quote shows; else any quantity. @default false */
  displayedSizeOnly?: boolean;
  /** Milliseconds that an order takes to the exchange. @default 0 */
  latencyMs?: number;
}

const SELF_TRADE =
  "The order would have traded with another order of yours; the newer of the two is cancelled (self-trade prevention).";
const DAY_IS_OVER = "Not executed by the end of the day.";

/** Limit prices further than this share of the latest price away are refused. */
const PRICE_BAND = 0.5;

interface Market {
  book: Book;
  /** The tick that `taken` counts for. */
  tick: number;
  taken: { buy: number; sell: number };
}

/**
 * An exchange like ASX: orders match by price and time against each other and against the simulated market's quotes.
 * Its books are in memory: the caller stores what it reports, and gives it back after a restart (`restore`).
 */
export class SimulatedExchange implements Exchange {
  readonly #options: Required<SimulatedExchangeOptions>;
  readonly #report: (group: Report[]) => void;
  readonly #markets = new Map<string, Market>();
  readonly #resting = new Map<string, { symbol: string; expiresAt: number }>();
  readonly #control = new AbortController();
  #lastPriority = 0;
  #lastTrade = 0;
  #ticking = false;
  #nextExpiry = Number.POSITIVE_INFINITY;
  /** Orders placed from one time up to another expire at the other. */
  #session = { from: 0, until: 0 };

  /** @param report is never called from within `restore` or `forget` */
  constructor(options: SimulatedExchangeOptions, report: (group: Report[]) => void) {
    this.#options = { displayedSizeOnly: false, latencyMs: 0, ...options };
    this.#report = report;
  }

  submit(order: ExchangeOrder): void {
    const { latencyMs, clock } = this.#options;
    if (latencyMs === 0) this.#arrive(order);
    else void clock.sleep(latencyMs, this.#control.signal).then(() => this.#arrive(order));
  }

  cancel(orderId: string): void {
    this.#expireDue();
    if (!this.#take(orderId)) return;
    this.#report([{ orderId, type: "closed", closed: "cancelled", reason: "Cancelled by the client." }]);
  }

  restore(orders: RestingOrder[]): void {
    for (const order of orders) {
      if (this.#resting.has(order.id)) continue;
      this.#lastPriority = Math.max(this.#lastPriority, order.priority);
      this.#rest(this.#market(order.symbol), { ...order });
    }
  }

  forget(orderId: string): void {
    this.#take(orderId);
  }

  close(): void {
    this.#control.abort();
  }

  #arrive(order: ExchangeOrder): void {
    if (this.#control.signal.aborted || this.#resting.has(order.id)) return;
    // The first order after a restart, or after the machine slept, comes before the next tick.
    this.#expireDue();
    const now = this.#options.clock.now();
    const { id: orderId, placedAt = now } = order;
    if (this.#closeAfter(placedAt) <= now) {
      this.#report([{ orderId, type: "closed", closed: "expired", reason: DAY_IS_OVER }]);
      return;
    }
    const refusal = this.#refusal(order);
    if (refusal) {
      this.#report([{ orderId, type: "closed", closed: "rejected", reason: refusal }]);
      return;
    }
    const market = this.#market(order.symbol);
    this.#lastPriority = Math.max(this.#lastPriority + 1, now * 1000);
    const incoming: RestingOrder = { ...order, placedAt, priority: this.#lastPriority };
    const offer = this.#offer(market, order.symbol, order.side, now);
    const { group, meetsOwn } = this.#trade(market, incoming, offer);
    if (meetsOwn) group.push({ orderId, type: "closed", closed: "cancelled", reason: SELF_TRADE });
    else if (incoming.quantity > 0 && order.type === "limit") {
      group.unshift({ orderId, type: "opened", priority: incoming.priority });
      this.#rest(market, incoming);
    } else if (incoming.quantity > 0) {
      const closed = group.length > 0 ? "cancelled" : "rejected";
      group.push({
        orderId,
        type: "closed",
        closed,
        reason: "The market offered no more shares within the order's price limit.",
      });
    }
    this.#report(group);
  }

  /** Why an order is refused; undefined when it isn't. */
  #refusal({ symbol, type, worst }: ExchangeOrder): string | undefined {
    const { clock, hours, market } = this.#options;
    const now = clock.now();
    if (!INSTRUMENTS.has(symbol)) return `${symbol} is not traded here.`;
    if (!hours.isOpen(now)) return "The exchange is closed.";
    const last = market.quote(symbol, tickAt(now))?.last;
    if (last === undefined) return `${symbol} has no price.`;
    if (type === "limit" && Math.abs(worst - last) > last * PRICE_BAND) {
      return `The limit is more than ${PRICE_BAND * 100} % away from the latest price, ${priceText(last)}.`;
    }
    return undefined;
  }

  /** Executes what can be of an order; answers what happened to it and to those it met, and if it met one of its own user. */
  #trade(market: Market, incoming: RestingOrder, offer: Offer): { group: Report[]; meetsOwn: boolean } {
    const size = offer.size;
    const { trades, meetsOwn } = market.book.match(incoming, offer);
    market.taken[incoming.side] += size === Number.MAX_SAFE_INTEGER ? 0 : size - offer.size;
    const group = trades.flatMap(({ resting, price, quantity }) => {
      this.#lastTrade += 1;
      const fill = { id: `${this.#options.trades}-${this.#lastTrade}`, quantity, price };
      const mine: Report = { orderId: incoming.id, type: "fill", fill };
      if (!resting) return [mine];
      if (resting.quantity === 0) this.#resting.delete(resting.id);
      return [mine, { orderId: resting.id, type: "fill", fill } satisfies Report];
    });
    return { group, meetsOwn };
  }

  /** What the market offers to a side at its quote of now, less what was taken of that quote. */
  #offer(market: Market, symbol: string, side: "buy" | "sell", now: number): Offer {
    const tick = tickAt(now);
    if (market.tick !== tick) {
      market.tick = tick;
      market.taken = { buy: 0, sell: 0 };
    }
    const quote = this.#options.market.quote(symbol, tick);
    if (!quote) return { price: 0, size: 0 };
    const price = side === "buy" ? quote.ask : quote.bid;
    if (!this.#options.displayedSizeOnly) return { price, size: Number.MAX_SAFE_INTEGER };
    return {
      price,
      size: Math.max(0, (side === "buy" ? quote.askSize : quote.bidSize) - market.taken[side]),
    };
  }

  #market(symbol: string): Market {
    let market = this.#markets.get(symbol);
    if (!market) {
      market = { book: new Book(), tick: 0, taken: { buy: 0, sell: 0 } };
      this.#markets.set(symbol, market);
    }
    return market;
  }

  #rest(market: Market, order: RestingOrder): void {
    market.book.add(order);
    const expiresAt = this.#closeAfter(order.placedAt ?? order.priority / 1000);
    this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt);
    this.#resting.set(order.id, { symbol: order.symbol, expiresAt });
    if (!this.#ticking) void this.#tick();
  }

  /** `hours.closeAfter`, which is asked for each order and looks at calendars. */
  #closeAfter(ms: number): number {
    const { from, until } = this.#session;
    if (ms >= from && ms < until) return until;
    this.#session = { from: ms, until: this.#options.hours.closeAfter(ms) };
    return this.#session.until;
  }

  #take(orderId: string): RestingOrder | undefined {
    const known = this.#resting.get(orderId);
    this.#resting.delete(orderId);
    return known && this.#market(known.symbol).book.remove(orderId);
  }

  /** While orders rest, matches them with each new quote and expires them in time. */
  async #tick(): Promise<void> {
    const { clock } = this.#options;
    this.#ticking = true;
    while (this.#resting.size > 0) {
      await clock.sleep(TICK_MS - (clock.now() % TICK_MS), this.#control.signal);
      const now = clock.now();
      this.#expireDue();
      for (const [symbol, market] of this.#markets) this.#meetQuote(symbol, market, now);
    }
    this.#ticking = false;
  }

  /** Executes resting orders that the market's quote has reached, at their own price. */
  #meetQuote(symbol: string, market: Market, now: number): void {
    for (const side of ["buy", "sell"] as const) {
      const offer = this.#offer(market, symbol, side, now);
      for (let order = market.book.best(side); order && offer.size > 0; order = market.book.best(side)) {
        if (side === "buy" ? offer.price > order.worst : offer.price < order.worst) break;
        const quantity = Math.min(order.quantity, offer.size);
        if (offer.size !== Number.MAX_SAFE_INTEGER) {
          offer.size -= quantity;
          market.taken[side] += quantity;
        }
        order.quantity -= quantity;
        if (order.quantity === 0) this.#take(order.id);
        this.#lastTrade += 1;
        const fill = { id: `${this.#options.trades}-${this.#lastTrade}`, quantity, price: order.worst };
        this.#report([{ orderId: order.id, type: "fill", fill }]);
      }
    }
  }

  /** Orders are good for the day that they came in: to be called before any order may trade. */
  #expireDue(): void {
    const now = this.#options.clock.now();
    if (now < this.#nextExpiry) return;
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    for (const [orderId, { expiresAt }] of [...this.#resting]) {
      if (expiresAt > now) {
        this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt);
        continue;
      }
      this.#take(orderId);
      this.#report([{ orderId, type: "closed", closed: "expired", reason: DAY_IS_OVER }]);
    }
  }
}
