import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { INSTRUMENTS } from "../../../services/market/instruments.ts";
import { formatDecimal } from "../../../services/market/money.ts";
import type { Answer, Client } from "./client.ts";
import type { SeededRandom } from "./random.ts";
import { type ClientRecord, cents } from "./record.ts";
import type { RunningServices } from "./running-services.ts";

const SYMBOLS = ["BHP", "CBA", "ASX", "QAN", "RIO", "STO", "TLS", "WES", "XRO", "ANZ"];
const RICH = Array.from({ length: 20 }, (_, i) => `user-${i}`);
/** These run out of cash. */
const POOR = Array.from({ length: 4 }, (_, i) => `poor-${i}`);
/** These have no account until they have sold something. */
const STRANGERS = ["stranger-0", "stranger-1"];
const USERS = [...RICH, ...POOR, ...STRANGERS];
/** Orders that rest, at most: then clients cancel some. */
const MOST_RESTING = 300;
/** Requests under way at most. */
const MOST_PENDING = 64;

interface LoadArgs {
  services: RunningServices;
  client: Client;
  record: ClientRecord;
  random: SeededRandom;
  /** Requests a second, most of them new orders. */
  perSecond: number;
}

/** Clients who trade and move money, each request until it has a definite answer. */
export class Load {
  readonly #args: LoadArgs;
  readonly #accounts: string[] = [];
  readonly #resting: { user: string; id: string }[] = [];
  readonly #pending = new Set<Promise<void>>();
  readonly #surprises: unknown[] = [];
  #running: Promise<void> | undefined;
  #isOn = false;
  #keys = 0;

  constructor(args: LoadArgs) {
    this.#args = args;
  }

  /** Gives users what they trade with. */
  async fund(): Promise<void> {
    for (const user of [...RICH, ...POOR]) {
      await this.#deposit(user, user.startsWith("poor") ? "2000.00" : "5000000.00");
      const { body } = await this.#call("GET", "transactions", "/api/accounts", user);
      this.#accounts.push(body.items[0].id);
    }
    const holders = [...RICH, ...STRANGERS];
    await Promise.all(holders.flatMap((user) => SYMBOLS.map((symbol) => this.#bring(user, symbol, 2000))));
  }

  start(): void {
    this.#isOn = true;
    this.#running = this.#run();
  }

  /** Resolves when every request has its answer. @throws the first answer that should not have been */
  async stop(): Promise<void> {
    this.halt();
    await this.#running;
    await Promise.all(this.#pending);
    this.check();
  }

  /** Sends nothing more. */
  halt(): void {
    this.#isOn = false;
  }

  /** Cancels what may rest. */
  async cancelAll(): Promise<void> {
    const all = this.#resting.splice(0);
    const next = async () => {
      for (let order = all.pop(); order; order = all.pop()) await this.#cancelOrder(order);
    };
    await Promise.all(Array.from({ length: 16 }, next));
  }

  check(): void {
    if (this.#surprises.length > 0) throw this.#surprises[0];
  }

  async #run(): Promise<void> {
    const { random, perSecond } = this.#args;
    let due = performance.now();
    while (this.#isOn) {
      due += 1000 / perSecond;
      const wait = due - performance.now();
      if (wait > 1) await sleep(wait);
      // What could not be sent in time is not made up for.
      else if (wait < -1000) due = performance.now();
      while (this.#pending.size >= MOST_PENDING) await Promise.race(this.#pending);
      const sending: Promise<void> = this.#one(random)
        .catch((error: unknown) => void this.#surprises.push(error))
        .finally(() => this.#pending.delete(sending));
      this.#pending.add(sending);
    }
  }

  /** Draws everything before it waits for anything, so that the seed decides what clients want. */
  async #one(random: SeededRandom): Promise<void> {
    const draw = this.#resting.length > MOST_RESTING ? 1 : random.random();
    const user = random.pick(USERS);
    const funded = random.pick([...RICH, ...POOR]);
    const amount = formatDecimal(BigInt(random.from(1, 100_000)), 2);
    const symbol = random.pick(SYMBOLS);
    const order = this.#order(random, symbol);
    const account = random.pick(this.#accounts);
    const isTwice = random.chance(0.03);
    const cancelled = random.from(0, Math.max(0, this.#resting.length - 1));
    if (draw < 0.82) await this.#place(user, order, isTwice);
    else if (draw < 0.85) await this.#deposit(funded, amount);
    else if (draw < 0.88) await this.#withdraw(funded, amount);
    else if (draw < 0.9) await this.#transfer(funded, account, amount);
    else if (draw < 0.91) await this.#bring(user, symbol, 1 + (amount.length % 7));
    else await this.#cancel(cancelled);
  }

  #order(random: SeededRandom, symbol: string): { [member: string]: unknown; type: string } {
    const side = random.pick(["buy", "sell"] as const);
    const quantity = random.chance(0.05) ? random.from(500, 1500) : random.from(1, 20);
    const base = INSTRUMENTS.get(symbol)?.base ?? 0;
    const sign = side === "buy" ? 1 : -1;
    const draw = random.random();
    // Reaches the market; rests far from it; is close to it.
    const away = draw < 0.4 ? 0.2 : draw < 0.75 ? -0.2 : (random.random() - 0.5) / 20;
    if (random.chance(0.5)) return { symbol, side, type: "market", quantity };
    return { symbol, side, type: "limit", quantity, limitPrice: (base * (1 + sign * away)).toFixed(2) };
  }

  async #place(user: string, order: { type: string }, isTwice: boolean): Promise<void> {
    const key = this.#newKey();
    const once = async () => {
      const { status, body } = await this.#call("POST", "trading", "/api/orders", user, order, key);
      assert.equal(status, 201, JSON.stringify(body));
      this.#args.record.acknowledged(user, key, body.id);
      return body.id as string;
    };
    const [id] = await Promise.all(isTwice ? [once(), once()] : [once()]);
    if (order.type === "limit") this.#resting.push({ user, id });
  }

  async #cancel(at: number): Promise<void> {
    const [order] = this.#resting.splice(at, 1);
    if (order) await this.#cancelOrder(order);
  }

  async #cancelOrder({ user, id }: { user: string; id: string }): Promise<void> {
    const answer = await this.#call("POST", "trading", `/api/orders/${id}/cancel`, user);
    assert.ok([202, 409].includes(answer.status), `cancel: ${JSON.stringify(answer)}`);
  }

  async #deposit(user: string, amount: string): Promise<void> {
    const deposit = { kind: "deposit", currency: "AUD", amount };
    const answer = await this.#book(user, deposit);
    assert.equal(answer.status, 201, JSON.stringify(answer));
    this.#args.record.moved(user, cents(amount));
  }

  async #withdraw(user: string, amount: string): Promise<void> {
    const done = () => this.#args.record.moved(user, -cents(amount));
    await this.#take(user, { kind: "withdrawal", currency: "AUD", amount }, done);
  }

  async #transfer(user: string, toAccountId: string, amount: string): Promise<void> {
    const { record } = this.#args;
    const to = [...RICH, ...POOR][this.#accounts.indexOf(toAccountId)] ?? "";
    if (to === user) return;
    await this.#take(user, { kind: "transfer", currency: "AUD", toAccountId, amount }, () => {
      record.moved(user, -cents(amount));
      record.moved(to, cents(amount));
    });
  }

  /** A transaction that needs cash which may not be there. */
  async #take(user: string, transaction: unknown, done: () => void): Promise<void> {
    const key = this.#newKey();
    const answer = await this.#book(user, transaction, key);
    assert.ok([201, 409].includes(answer.status), JSON.stringify(answer));
    if (answer.status === 201) done();
    else if (answer.isLate) this.#args.record.open.set(`${user} ${key}`, done);
  }

  async #bring(user: string, symbol: string, quantity: number): Promise<void> {
    const cost = formatDecimal(BigInt(quantity) * 1234n, 2);
    const path = "/api/portfolio/transfers-in";
    const answer = await this.#call(
      "POST",
      "portfolio",
      path,
      user,
      { symbol, quantity, cost },
      this.#newKey(),
    );
    assert.equal(answer.status, 201, JSON.stringify(answer));
    this.#args.record.brought(user, symbol, quantity, cents(cost));
  }

  #book(user: string, body: unknown, key = this.#newKey()): Promise<Answer> {
    return this.#call("POST", "transactions", "/api/transactions", user, body, key);
  }

  #call(
    method: "GET" | "POST",
    service: "trading" | "transactions" | "portfolio",
    path: string,
    user: string,
    body?: unknown,
    key?: string,
  ): Promise<Answer> {
    const { services, client } = this.#args;
    const content = { ...(body !== undefined && { body }), ...(key !== undefined && { key }) };
    return client.call(method, services.url(service) + path, user, content);
  }

  #newKey(): string {
    this.#keys += 1;
    return `key-${this.#keys}`;
  }
}
