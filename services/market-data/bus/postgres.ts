import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { backoffMs } from "../../kit/client/retry.ts";
import type { DatabaseEnvironment } from "../../kit/database/index.ts";
import { connectionConfig } from "../../kit/database/index.ts";
import type { Logger } from "../../kit/telemetry/index.ts";
import { type Bus, CHANNEL } from "./bus.ts";

const CONNECT_TIMEOUT_MS = 2000;
const STATEMENT_TIMEOUT_MS = 2000;
/** Milliseconds between checks of the connection: one to a frozen server would otherwise seem to be idle. */
const CHECK_MS = 3000;

/** A bus by LISTEN and NOTIFY, over one connection. It can't go through a pooler that lends connections by transaction. */
export class PostgresBus implements Bus {
  readonly #environment: DatabaseEnvironment;
  readonly #log: Logger;
  onMessage: (message: string) => void = () => undefined;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #client: pg.Client | undefined;

  constructor(environment: DatabaseEnvironment, log: Logger) {
    this.#environment = environment;
    this.#log = log;
    this.#running = this.#run();
  }

  async publish(message: string): Promise<void> {
    if (!this.#client)
      throw new Error("the bus has no connection to PostgreSQL now; it reconnects by itself");
    await this.#client.query({
      name: "notify",
      text: `SELECT pg_notify('${CHANNEL}', $1)`,
      values: [message],
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  /** Keeps a connection until the bus is closed. Never rejects. */
  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await this.#connected(() => {
          attempt = 0;
        });
      } catch (error) {
        if (!signal.aborted)
          this.#log.warn({ err: error }, "the bus lost its connection to PostgreSQL; reconnecting");
      }
      await sleep(backoffMs(attempt + 1, 50, 2000), undefined, { signal }).catch(() => undefined);
    }
  }

  /** @throws Error that ended the connection */
  async #connected(onConnected: () => void): Promise<void> {
    const client = new pg.Client({
      ...(await connectionConfig(this.#environment)),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
      application_name: "bus",
    });
    const { signal } = this.#closing;
    try {
      const lost = new Promise<never>((_, reject) => {
        client.once("error", reject);
        client.once("end", () => reject(new Error("the connection ended")));
      });
      lost.catch(() => undefined);
      client.on("error", () => undefined);
      client.on("notification", ({ payload = "" }) => this.onMessage(payload));
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      this.#client = client;
      onConnected();
      while (!signal.aborted) {
        await Promise.race([sleep(CHECK_MS, undefined, { signal }), lost]);
        await client.query("SELECT 1");
      }
    } finally {
      this.#client = undefined;
      await Promise.race([client.end().catch(() => undefined), sleep(500)]);
    }
  }
}
