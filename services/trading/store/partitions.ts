import type { Database } from "../../kit/database/index.ts";

const EVERY_MS = 3_600_000;

/** Creates the partitions of `orders` and `order_events` ahead of time, every hour, while this process owns the lease `upkeep`. */
export function partitionMaintenance(database: Database, onError: (error: unknown) => void) {
  let timer: NodeJS.Timeout | undefined;
  const run = () => {
    database.repeatable("SELECT ensure_partitions()", []).catch(onError);
  };
  const stop = () => clearInterval(timer);
  const start = () => {
    stop();
    run();
    timer = setInterval(run, EVERY_MS).unref();
  };
  return { start, stop };
}
