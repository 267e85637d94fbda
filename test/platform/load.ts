import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";

/** One order as its client saw it. */
export interface Sent {
  key: string;
  /** Milliseconds since the load began at which it was sent. */
  at: number;
  /** Milliseconds until its answer was there. */
  ms?: number;
  /** Undefined when no answer came. */
  status?: number;
  id?: string;
  zone?: string;
  error?: string;
}

/** Reaches the market, which is some 165 dollars. */
export const orderBody = { symbol: "CBA", side: "buy", type: "limit", quantity: 10, limitPrice: "240.00" };

/** One of each shard, so that the orders are worked in all zones. */
const SYMBOLS = ["XRO", "RIO", "GMG", "CBA", "MQG", "BHP", "WES", "WDS"];

/** Sends orders at a fixed rate whatever becomes of them, as an open-loop load does, and remembers each. */
export class Load {
  readonly sent: Sent[] = [];
  readonly #options: { apiUrl: string; token: string; perSecond: number };
  /** Enough for all orders of 10 s: with fewer they would queue here, and this be no open-loop load. */
  readonly #agent = new Agent({ connections: 2048, pipelining: 1 });
  readonly #pending = new Set<Promise<void>>();
  readonly #begun = Date.now();
  #running = true;
  #stopped: Promise<Sent[]> | undefined;
  readonly #loop: Promise<void>;

  constructor(options: { apiUrl: string; token: string; perSecond: number }) {
    this.#options = options;
    this.#loop = this.#run();
  }

  get elapsed(): number {
    return Date.now() - this.#begun;
  }

  /** Ends the load and resolves when every order has been answered or given up. */
  stop(): Promise<Sent[]> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<Sent[]> {
    this.#running = false;
    await this.#loop;
    await Promise.all(this.#pending);
    await this.#agent.close();
    return this.sent;
  }

  async #run(): Promise<void> {
    for (let count = 0; this.#running; count++) {
      const pause = (count * 1000) / this.#options.perSecond - this.elapsed;
      if (pause > 0) await sleep(pause);
      const symbol = SYMBOLS[count % SYMBOLS.length];
      const sending = this.#send({ symbol, side: "buy", type: "market", quantity: 10 }).finally(() =>
        this.#pending.delete(sending),
      );
      this.#pending.add(sending);
    }
  }

  async #send(order: unknown): Promise<void> {
    const sent: Sent = { key: randomUUID(), at: this.elapsed };
    this.sent.push(sent);
    try {
      const { statusCode, headers, body } = await request(`${this.#options.apiUrl}/orders`, {
        method: "POST",
        dispatcher: this.#agent,
        headers: {
          authorization: `Bearer ${this.#options.token}`,
          "content-type": "application/json",
          "idempotency-key": sent.key,
        },
        body: JSON.stringify(order),
        signal: AbortSignal.timeout(10_000),
      });
      const answer = (await body.json()) as { id?: string };
      Object.assign(sent, { status: statusCode, id: answer.id, zone: headers["x-zone"] });
    } catch (error) {
      sent.error = String(error);
    }
    sent.ms = this.elapsed - sent.at;
  }
}
