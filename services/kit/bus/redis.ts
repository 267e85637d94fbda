import { Redis } from "ioredis";
import type { Bus } from "../bus.ts";
import { readCredentials } from "../database/credentials.ts";
import type { Logger } from "../log.ts";
import { backoffMs } from "../retry.ts";

const TIMEOUT_MS = 2000;

/** A bus over two connections, as one that is subscribed can't publish. */
export class RedisBus implements Bus {
  readonly #publisher: Promise<Redis>;
  readonly #subscriber: Promise<Redis>;
  readonly #listeners = new Map<string, (message: string) => void>();
  readonly #log: Logger;

  constructor(url: string, credentials: string | undefined, log: Logger) {
    this.#log = log;
    this.#publisher = this.#open(url, credentials);
    this.#subscriber = this.#open(url, credentials).then((subscriber) =>
      subscriber.on("message", (channel, message) => this.#listeners.get(channel)?.(message)),
    );
    // Each use reports it again.
    for (const opened of [this.#publisher, this.#subscriber]) opened.catch(() => undefined);
  }

  async publish(channel: string, message: string): Promise<void> {
    await (await this.#publisher).publish(channel, message);
  }

  listen(channel: string, listener: (message: string) => void): void {
    this.#listeners.set(channel, listener);
    this.#subscriber
      // ioredis subscribes anew by itself when it has connected again.
      .then((subscriber) => subscriber.subscribe(channel))
      .catch((error: unknown) => this.#log.warn({ err: error, channel }, "could not subscribe"));
  }

  async close(): Promise<void> {
    for (const opened of [this.#publisher, this.#subscriber]) (await opened).disconnect();
  }

  async #open(url: string, credentials: string | undefined): Promise<Redis> {
    const login = credentials === undefined ? {} : await readCredentials(credentials);
    const redis = new Redis(url, {
      ...login,
      connectTimeout: TIMEOUT_MS,
      commandTimeout: TIMEOUT_MS,
      // A message waits for no connection: it is of no use later.
      maxRetriesPerRequest: 1,
      retryStrategy: (attempt) => backoffMs(attempt, 50, 2000),
      // A failover leaves a former primary that takes no writes.
      reconnectOnError: (error) => error.message.startsWith("READONLY"),
    });
    redis.on("error", (error) => this.#log.warn({ err: error }, "the bus is away"));
    return redis;
  }
}
