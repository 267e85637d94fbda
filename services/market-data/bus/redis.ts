import { Redis } from "ioredis";
import { backoffMs } from "../../kit/client/retry.ts";
import { readCredentials } from "../../kit/database/index.ts";
import type { Logger } from "../../kit/telemetry/index.ts";
import { type Bus, CHANNEL } from "./bus.ts";

const TIMEOUT_MS = 2000;

/** A bus over two connections, as one that is subscribed can't publish. */
export class RedisBus implements Bus {
  readonly #publisher: Promise<Redis>;
  readonly #subscriber: Promise<Redis>;
  onMessage: (message: string) => void = () => undefined;
  readonly #log: Logger;

  constructor(url: string, credentials: string | undefined, log: Logger) {
    this.#log = log;
    this.#publisher = this.#open(url, credentials);
    this.#subscriber = this.#open(url, credentials).then((subscriber) =>
      subscriber
        .on("message", (_, message) => this.onMessage(message))
        .on("ready", () => this.#subscribe(subscriber)),
    );
    // Each message that is published reports the error.
    this.#publisher.catch(() => undefined);
    this.#subscriber.catch((error: unknown) => log.warn({ err: error }, "could not subscribe"));
  }

  async publish(message: string): Promise<void> {
    await (await this.#publisher).publish(CHANNEL, message);
  }

  /** When it fails, reconnects, which subscribes again: without a subscription no message would ever arrive. */
  #subscribe(subscriber: Redis): void {
    subscriber.subscribe(CHANNEL).catch((error: unknown) => {
      this.#log.warn({ err: error }, "could not subscribe");
      if (subscriber.status === "ready") subscriber.disconnect(true);
    });
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
      // A message doesn't wait for a connection: it would be of no use later.
      maxRetriesPerRequest: 1,
      // The handler of `ready` subscribes instead.
      autoResubscribe: false,
      retryStrategy: (attempt) => backoffMs(attempt, 50, 2000),
      // A failover leaves a former primary that takes no writes.
      reconnectOnError: (error) => error.message.startsWith("READONLY"),
    });
    // The token is rotated while the pod runs: each attempt to connect again uses what is mounted by then.
    redis.on("reconnecting", () => {
      if (credentials === undefined) return;
      readCredentials(credentials).then(
        (login) => Object.assign(redis.options, login),
        (error: unknown) => this.#log.warn({ err: error }, "could not read the token of the bus"),
      );
    });
    redis.on("error", (error) =>
      this.#log.warn({ err: error }, "the bus lost its connection to Redis; reconnecting"),
    );
    return redis;
  }
}
