import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { backoffMs } from "../../kit/client/retry.ts";
import { readCredentials } from "../../kit/database/index.ts";
import type { Logger } from "../../kit/telemetry/index.ts";
import { type Bus, CHANNEL } from "./bus.ts";

const TIMEOUT_MS = 2000;

/**
 * What a server answers that is of no use to this connection any more, but may be to another one: it is a former primary
 * that takes no writes, or it doesn't take the connection's login any more.
 */
const OF_NO_USE = /^(READONLY|NOAUTH|NOPERM|WRONGPASS)\b/;

/** A bus over two connections, as one that is subscribed can't publish. */
export class RedisBus implements Bus {
  readonly #url: string;
  readonly #credentials: string | undefined;
  readonly #log: Logger;
  onMessage: (message: string) => void = () => undefined;
  readonly #closing = new AbortController();
  readonly #running: Promise<unknown>;
  #publisher: Redis | undefined;

  /** @param credentials folder of the login; it is read for each connection, as the token is rotated while the pod runs */
  constructor(url: string, credentials: string | undefined, log: Logger) {
    this.#url = url;
    this.#credentials = credentials;
    this.#log = log;
    const publish = this.#keep(async (redis) => {
      this.#publisher = redis;
    });
    const subscribe = this.#keep(async (redis) => {
      redis.on("message", (_, message) => this.onMessage(message));
      await redis.subscribe(CHANNEL);
    });
    this.#running = Promise.all([publish, subscribe]);
  }

  async publish(message: string): Promise<void> {
    if (!this.#publisher) throw new Error("the bus has no connection to Redis now; it reconnects by itself");
    await this.#publisher.publish(CHANNEL, message);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  /** Keeps a connection until the bus is closed, and calls `use` with each one that is there. Never rejects. */
  async #keep(use: (redis: Redis) => Promise<void>): Promise<void> {
    const { signal } = this.#closing;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await this.#connected(async (redis) => {
          await use(redis);
          attempt = 0;
        });
      } catch (error) {
        if (!signal.aborted)
          this.#log.warn({ err: error }, "the bus lost its connection to Redis; reconnecting");
      }
      await sleep(backoffMs(attempt + 1, 50, 2000), undefined, { signal }).catch(() => undefined);
    }
  }

  /** @throws Error that ended the connection, unless it was the bus's own end */
  async #connected(use: (redis: Redis) => Promise<void>): Promise<void> {
    const login = this.#credentials === undefined ? {} : await readCredentials(this.#credentials);
    const redis = new Redis(this.#url, {
      ...login,
      connectTimeout: TIMEOUT_MS,
      commandTimeout: TIMEOUT_MS,
      lazyConnect: true,
      // A connection that ends is replaced by a new client, which has the login of that time.
      retryStrategy: () => null,
      // A message doesn't wait for a connection: it would be of no use later.
      enableOfflineQueue: false,
      reconnectOnError: (error) => OF_NO_USE.test(error.message),
    });
    const { signal } = this.#closing;
    // The client tells the reason by this event alone: its promises say that the connection is closed.
    let reason: Error | undefined;
    redis.on("error", (error) => {
      reason = error;
    });
    const ended = new Promise<void>((resolve) => redis.once("end", resolve));
    const end = () => redis.disconnect();
    signal.addEventListener("abort", end);
    try {
      if (signal.aborted) return;
      await redis.connect();
      await use(redis);
      await ended;
      throw new Error("the connection ended");
    } catch (error) {
      throw reason ?? error;
    } finally {
      signal.removeEventListener("abort", end);
      if (this.#publisher === redis) this.#publisher = undefined;
      redis.disconnect();
    }
  }
}
