import type { Database } from "../kit/database/index.ts";

/** Transactions that write or lock rows have a number, and a lock on it that every role may see. */
const WRITING = {
  name: "open-transactions",
  text: `SELECT transactionid::text AS xid FROM pg_locks
    WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND granted AND pid <> pg_backend_pid()`,
};
const LOOK_MS = 2000;

/**
 * How long the oldest transaction that writes or locks rows has been open, whoever began it: looked at every 2 s while
 * this process owns the lease `upkeep`. When it began, only its own role could ask; so it is counted from when it was first seen.
 */
export class OpenTransactions {
  readonly #database: Pick<Database, "repeatable">;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #seen = new Map<string, number>();

  constructor(database: Pick<Database, "repeatable">, onError: (error: unknown) => void) {
    this.#database = database;
    this.#onError = onError;
  }

  /** 0 when there is none, or another process looks. */
  get oldestSeconds(): number {
    const since = Math.min(...this.#seen.values());
    return Number.isFinite(since) ? (performance.now() - since) / 1000 : 0;
  }

  start(): void {
    this.stop();
    this.#timer = setInterval(() => void this.#look().catch(this.#onError), LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#seen = new Map();
  }

  async #look(): Promise<void> {
    const timer = this.#timer;
    const now = performance.now();
    const rows = await this.#database.repeatable<{ xid: string }>(WRITING, []);
    if (timer === this.#timer) this.#seen = new Map(rows.map(({ xid }) => [xid, this.#seen.get(xid) ?? now]));
  }
}
