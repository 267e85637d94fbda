import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../../kit/database/index.ts";

const EVERY_MS = 3_600_000;

/** Creates the partitions of `orders` and `order_events` ahead of time, every hour, while this process owns the lease `upkeep`. */
export class PartitionMaintenance {
  readonly #database: Database;
  readonly #onError: (error: unknown) => void;
  #control: AbortController | undefined;

  constructor(database: Database, onError: (error: unknown) => void) {
    this.#database = database;
    this.#onError = onError;
  }

  start(): void {
    this.stop();
    const control = new AbortController();
    this.#control = control;
    void this.#run(control.signal);
  }

  stop(): void {
    this.#control?.abort();
    this.#control = undefined;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#database.repeatable("SELECT ensure_partitions()", []).catch(this.#onError);
      // Rejects when the lease is lost, which ends the loop.
      await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
