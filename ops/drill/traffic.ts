import { randomUUID } from "node:crypto";
import { Agent, request } from "undici";
import {
  type Call,
  type Exchange,
  FunctionSender,
  type RunningLoad,
  type Sender,
  startLoad,
} from "../load/index.ts";
import type { Trader } from "./stage.ts";

/** One of each shard, so that the orders are worked in all zones. */
const SYMBOLS = ["XRO", "RIO", "GMG", "CBA", "MQG", "BHP", "WES", "WDS"];
/** Of the requests, those that place an order; the others read. */
const ORDERS = 0.2;
const READS = ["/quotes?symbols=BHP,CBA", "/orders?limit=5", "/accounts", "/portfolio"];
const TIMEOUT_MS = 10_000;
/** More requests than these wait to be sent, and their latency counts from when they were due: as many as 300 a second are in 6 s. */
const CONNECTIONS = 2048;
/** Orders that are asked for again at a time. */
const ASKED_AT_ONCE = 16;

/** An order as its client knows it. */
export interface SentOrder {
  key: string;
  trader: Trader;
  body: string;
  /** Undefined where no answer came that says. */
  id?: string;
}

/** A request that was answered, or not. */
export interface Reply {
  /** When it was to be sent, and when it was answered, milliseconds of the epoch. */
  plannedAt: number;
  ms: number;
  ok: boolean;
  /** Whether it placed an order. */
  isOrder: boolean;
  /** Zones that it went through: `web`'s and the gateway's; empty where no answer came. */
  zones: string[];
}

/** Users' traffic: some place orders, most read, at planned times, whatever becomes of them. */
export class Traffic {
  readonly orders: SentOrder[] = [];
  readonly replies: Reply[] = [];
  readonly #apiUrl: string;
  readonly #traders: readonly Trader[];
  readonly #agent = new Agent({ connections: CONNECTIONS, pipelining: 1 });
  /** Milliseconds between this process's clock and the epoch. */
  readonly #epoch = Date.now() - performance.now();
  readonly #zones = new Map<number, string[]>();
  /** Requests under way that place an order. */
  readonly #placing = new Set<number>();

  constructor(apiUrl: string, traders: readonly Trader[]) {
    this.#apiUrl = apiUrl;
    this.#traders = traders;
  }

  /** Sends until it is stopped, or for so many seconds. @param rate requests a second */
  start(rate: number, seed: number, seconds?: number): Pick<RunningLoad, "stop" | "result"> {
    return startLoad({
      ...{ rate, seed, connections: CONNECTIONS, timeoutMs: TIMEOUT_MS, to: this.#sender() },
      ...{ seconds, onEnd: (exchange) => this.#ended(exchange) },
    });
  }

  /**
   * Sends again, with its key, each order whose answer didn't come, as its client would, until one comes.
   * @throws Error when the platform doesn't answer by the deadline, of `performance.now()`
   */
  async ask(deadline: number): Promise<number> {
    const open = this.orders.filter(({ id }) => id === undefined);
    const queue = [...open];
    await Promise.all(
      Array.from({ length: ASKED_AT_ONCE }, async () => {
        for (let order = queue.shift(); order; order = queue.shift()) await this.#askAgain(order, deadline);
      }),
    );
    return open.length;
  }

  async #askAgain(order: SentOrder, deadline: number): Promise<void> {
    while (order.id === undefined) {
      await this.#place(order, AbortSignal.timeout(TIMEOUT_MS)).catch(() => undefined);
      if (order.id === undefined && performance.now() > deadline)
        throw new Error(`order ${order.key} still has no answer`);
    }
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  #sender(): Sender {
    return new FunctionSender("requests", (call) => this.#send(call));
  }

  async #send({ index, random, signal }: Call) {
    const trader = this.#traders[index % this.#traders.length] as Trader;
    if (random() >= ORDERS)
      return this.#read(trader, READS[Math.floor(random() * READS.length)] ?? "", index, signal);
    const symbol = SYMBOLS[Math.floor(random() * SYMBOLS.length)];
    const body = JSON.stringify({
      symbol,
      side: "buy",
      type: "market",
      quantity: 1 + Math.floor(random() * 20),
    });
    const order: SentOrder = { key: randomUUID(), trader, body };
    this.orders.push(order);
    this.#placing.add(index);
    const { statusCode, headers } = await this.#place(order, signal);
    this.#zones.set(index, zonesOf(headers));
    return { status: statusCode };
  }

  async #place(order: SentOrder, signal: AbortSignal) {
    const { statusCode, headers, body } = await request(`${this.#apiUrl}/orders`, {
      method: "POST",
      ...{ dispatcher: this.#agent, signal, body: order.body },
      headers: {
        authorization: `Bearer ${order.trader.token}`,
        "content-type": "application/json",
        "idempotency-key": order.key,
      },
    });
    const text = await body.text();
    if (statusCode === 201) order.id = (JSON.parse(text) as { id: string }).id;
    return { statusCode, headers };
  }

  async #read(trader: Trader, path: string, index: number, signal: AbortSignal) {
    const headers = { authorization: `Bearer ${trader.token}` };
    const answer = await request(this.#apiUrl + path, { dispatcher: this.#agent, signal, headers });
    await answer.body.dump();
    this.#zones.set(index, zonesOf(answer.headers));
    return { status: answer.statusCode };
  }

  #ended({ index, plannedAt, endedAt, failure }: Exchange): void {
    const zones = this.#zones.get(index) ?? [];
    this.#zones.delete(index);
    this.replies.push({
      plannedAt: plannedAt + this.#epoch,
      ms: endedAt - plannedAt,
      ...{ ok: failure === undefined, isOrder: this.#placing.delete(index), zones },
    });
  }
}

/** `x-zone-path` names the zones on the way, `x-zone` that of what answered. */
function zonesOf(headers: Record<string, string | string[] | undefined>): string[] {
  const way = headers["x-zone-path"] ?? headers["x-zone"];
  return typeof way === "string" ? [...new Set(way.split(">"))] : [];
}
