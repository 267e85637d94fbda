import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { backoffMs } from "../../../services/kit/client/retry.ts";

/** A definite answer. */
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many routes, of which each caller knows its own
  body: any;
  /** Whether an earlier try was not answered: it may still be done, later. */
  isLate: boolean;
}

/** Until a try is given up; a frozen pod answers none. */
const TRY_MS = 2000;
/** The services say at once that they can't; whoever goes on for so long meets something that does not heal. */
const GIVE_UP_MS = 60_000;
/** Whether it was done isn't known, or it surely wasn't, for now: what a client tries again, with the same key. */
const AGAIN = new Set([408, 502, 503, 504]);

/** Calls a service as a careful client does: until it has a definite answer, with the same key. */
export class Client {
  readonly #pools = new Map<string, Pool>();
  /** Tries that brought no definite answer. */
  tries = { lost: 0, refused: 0 };
  #lastError = "";

  async call(
    method: "GET" | "POST",
    url: string,
    user: string,
    { body, key }: { body?: unknown; key?: string } = {},
  ): Promise<Answer> {
    const { origin, pathname } = new URL(url);
    const headers = {
      "x-user-id": user,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(key !== undefined && { "idempotency-key": key }),
    };
    const text = body === undefined ? null : JSON.stringify(body);
    const begun = performance.now();
    let isLate = false;
    let last = "";
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#try(origin, { method, path: pathname, headers, body: text });
      if (answer && !AGAIN.has(answer.status)) return { ...answer, isLate };
      isLate = true;
      last = answer ? `${answer.status} ${JSON.stringify(answer.body)}` : this.#lastError;
      if (performance.now() - begun > GIVE_UP_MS) {
        throw new Error(`no answer to ${method} ${pathname} for ${GIVE_UP_MS} ms; last: ${last}`);
      }
      await sleep(10 + backoffMs(attempt, 20, 300));
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }

  async #try(
    origin: string,
    request: Omit<Parameters<Pool["request"]>[0], "origin">,
  ): Promise<Omit<Answer, "isLate"> | undefined> {
    let pool = this.#pools.get(origin);
    if (!pool) {
      pool = new Pool(origin, { connections: 64, pipelining: 1 });
      this.#pools.set(origin, pool);
    }
    try {
      const { statusCode: status, body } = await pool.request({
        ...request,
        signal: AbortSignal.timeout(TRY_MS),
      });
      const answer = { status, body: await body.json() };
      if (AGAIN.has(status)) this.tries.refused += 1;
      return answer;
    } catch (error) {
      // Reset, refused or too late: the same to a client, who can't know what was done.
      this.#lastError = String(error);
      this.tries.lost += 1;
      return undefined;
    }
  }
}
