/** The bus over which `market-data`'s pods exchange trades: Redis where it is configured, else PostgreSQL's LISTEN and NOTIFY. */
import { z } from "zod";
import type { DatabaseEnvironment } from "../../kit/database/index.ts";
import type { Logger } from "../../kit/telemetry/index.ts";
import type { Bus } from "./bus.ts";
import { PostgresBus } from "./postgres.ts";
import { RedisBus } from "./redis.ts";

export { type Bus, MAX_MESSAGE } from "./bus.ts";

export const BusEnvironment = z.object({
  /** `redis(s)://HOST:PORT`, without a user. Without it the bus is the database's. */
  REDIS_URL: z.preprocess((url) => url || undefined, z.url({ protocol: /^rediss?$/ }).optional()),
  /** Folder with the files `username` and `password`; no login when absent. */
  CACHE_CREDENTIALS: z.preprocess((folder) => folder || undefined, z.string().optional()),
});

export type BusEnvironment = z.infer<typeof BusEnvironment>;

/** Opens the bus that the environment configures. */
export function createBus(environment: BusEnvironment & DatabaseEnvironment, log: Logger): Bus {
  const { REDIS_URL, CACHE_CREDENTIALS } = environment;
  return REDIS_URL ? new RedisBus(REDIS_URL, CACHE_CREDENTIALS, log) : new PostgresBus(environment, log);
}
