import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { until } from "./fixture.ts";

const WORKERS = 4;

/**
 * Writes orders, each with its event in one transaction, through several connections as long as it runs, and remembers
 * which were acknowledged.
 */
export class Load {
  readonly acknowledged = new Set<number>();
  /** Longest time between two acknowledgements, milliseconds, since `mark`. */
  longestGap = 0;
  readonly #where: () => string | undefined;
  readonly #perSecond: number;
  #workers: Promise<void>[] = [];
  #running = true;
  #next = 1;
  #last = performance.now();

  /** `where`: URL of the database now, or undefined while there is none. */
  constructor(where: () => string | undefined, perSecond = 100) {
    this.#where = where;
    this.#perSecond = perSecond;
  }

  /** Resolves once orders are being written. */
  async start(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#where() });
    await client.connect();
    await client.query(
      "CREATE TABLE orders (id bigint NOT NULL); CREATE TABLE events (order_id bigint NOT NULL)",
    );
    await client.end();
    for (let worker = 0; worker < WORKERS; worker += 1) this.#workers.push(this.#work());
    await this.more(20);
    this.mark();
  }

  mark(): void {
    this.longestGap = 0;
    this.#last = performance.now();
  }

  /** Resolves when that many more commits have been acknowledged. */
  async more(count: number, ms = 20_000): Promise<void> {
    const goal = this.acknowledged.size + count;
    await until(`${count} more commits`, ms, () => this.acknowledged.size >= goal);
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#workers);
  }

  /** Compares the tables with what was acknowledged. */
  async audit(url: string): Promise<{ lost: number[]; twice: number; torn: number }> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ id: string | null; order_id: string | null }>(
      "SELECT id, order_id FROM orders FULL JOIN events ON id = order_id",
    );
    await client.end();
    const whole = rows.filter(({ id, order_id }) => id !== null && id === order_id);
    const found = new Set(whole.map(({ id }) => Number(id)));
    const lost = [...this.acknowledged].filter((id) => !found.has(id));
    return { lost, twice: whole.length - found.size, torn: rows.length - whole.length };
  }

  async #work(): Promise<void> {
    while (this.#running) {
      const url = this.#where();
      if (url === undefined) await sleep(10);
      else await this.#session(url);
    }
  }

  /** Ends with the connection: whether the last row was committed is then unknown, and it is not tried again. */
  async #session(url: string): Promise<void> {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 1000,
      query_timeout: 8000,
    });
    let broken = false;
    client.on("error", () => {
      broken = true;
    });
    const watch = setInterval(() => {
      if (this.#where() !== url) client.connection.stream.destroy();
    }, 20);
    try {
      await client.connect();
      while (this.#running && !broken) {
        await this.#write(client);
        await sleep((WORKERS * 1000) / this.#perSecond);
      }
      await client.end();
    } catch {
      // The point of the test: connections break. What counts is what was acknowledged before.
      client.connection.stream.destroy();
      await sleep(10);
    } finally {
      clearInterval(watch);
    }
  }

  async #write(client: pg.Client): Promise<void> {
    const id = this.#next;
    this.#next += 1;
    await client.query(
      "WITH placed AS (INSERT INTO orders VALUES ($1) RETURNING id) INSERT INTO events SELECT id FROM placed",
      [id],
    );
    const now = performance.now();
    this.longestGap = Math.max(this.longestGap, now - this.#last);
    this.#last = now;
    this.acknowledged.add(id);
  }
}
