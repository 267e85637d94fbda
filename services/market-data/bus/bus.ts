import { z } from "zod";
import type { DatabaseEnvironment } from "../../kit/database/environment.ts";
import type { Logger } from "../../kit/telemetry/log.ts";
import { PostgresBus } from "./postgres.ts";
import { RedisBus } from "./redis.ts";

/** Longest message in bytes, on whatever bus: PostgreSQL takes notifications of less than 8000. */
export const MAX_MESSAGE = 7999;

/**
 * Carries messages between the pods of a service: to each that listens now, its sender too, at most once. What must not
 * be lost goes elsewhere.
 */
export interface Bus {
  /**
   * Tells all listeners of a channel.
   * @param message of no more than `MAX_MESSAGE` bytes
   * @throws Error when the bus is away: nobody heard, or that isn't known
   */
  publish(channel: string, message: string): Promise<void>;
  /** Has `listener` hear what is published from now on; over a loss of the connection as soon as it is back. */
  listen(channel: string, listener: (message: string) => void): void;
  close(): Promise<void>;
}

export const BusEnvironment = z.object({
  /** `redis(s)://HOST:PORT`, without a user. Without it the bus is the database's. */
  REDIS_URL: z.preprocess((url) => url || undefined, z.url({ protocol: /^rediss?$/ }).optional()),
  /** Folder with the files `username` and `password`; no login when absent. */
  CACHE_CREDENTIALS: z.preprocess((folder) => folder || undefined, z.string().optional()),
});

export type BusEnvironment = z.infer<typeof BusEnvironment>;

/** Redis where it is configured, PostgreSQL's LISTEN and NOTIFY otherwise. */
export function createBus(environment: BusEnvironment & DatabaseEnvironment, log: Logger): Bus {
  const { REDIS_URL, CACHE_CREDENTIALS } = environment;
  return REDIS_URL ? new RedisBus(REDIS_URL, CACHE_CREDENTIALS, log) : new PostgresBus(environment, log);
}
