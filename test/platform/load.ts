import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";

/** One order as its client saw it. */
export interface Sent {
  key: string;
  /** Milliseconds since the load began at which it was sent. */
  at: number;
  /** Undefined when no answer came. */
  status?: number;
  id?: string;
  zone?: string;
  error?: string;
}

export const orderBody = { symbol: "CBA", side: "buy", type: "limit", quantity: 10, limitPrice: "120.50" };

/** Sends orders at a fixed rate whatever becomes of them, as an open-loop load does, and remembers each. */
export class Load {
  readonly sent: Sent[] = [];
  readonly #options: { apiUrl: string; token: string; perSecond: number };
  readonly #agent = new Agent({ connections: 128, pipelining: 1 });
  readonly #pending = new Set<Promise<void>>();
  readonly #begun = Date.now();
  #running = true;
  readonly #loop: Promise<void>;

  constructor(options: { apiUrl: string; token: string; perSecond: number }) {
    this.#options = options;
    this.#loop = this.#run();
  }

  get elapsed(): number {
    return Date.now() - this.#begun;
  }

  /** Ends the load and resolves when every order has been answered or given up. */
  async stop(): Promise<Sent[]> {
    this.#running = false;
    await this.#loop;
    await Promise.all(this.#pending);
    await this.#agent.close();
    return this.sent;
  }

  async #run(): Promise<void> {
    for (let count = 0; this.#running; count++) {
      const due = (count * 1000) / this.#options.perSecond;
      if (due > this.elapsed) await sleep(due - this.elapsed);
      const sending = this.#send().finally(() => this.#pending.delete(sending));
      this.#pending.add(sending);
    }
  }

  async #send(): Promise<void> {
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
        body: JSON.stringify(orderBody),
        signal: AbortSignal.timeout(10_000),
      });
      const answer = (await body.json()) as { id?: string };
      Object.assign(sent, { status: statusCode, id: answer.id, zone: headers["x-zone"] });
    } catch (error) {
      sent.error = String(error);
    }
  }
}

/** Every order of a user, by following the cursor. */
export async function allOrders(
  apiUrl: string,
  token: string,
): Promise<{ id: string; [key: string]: unknown }[]> {
  const orders: { id: string }[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const response = await fetch(
      `${apiUrl}/orders?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`,
      {
        headers: { authorization: `Bearer ${token}` },
      },
    );
    const page = (await response.json()) as { items: { id: string }[]; nextCursor?: string | null };
    orders.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  }
  return orders;
}
