import { setTimeout as sleep } from "node:timers/promises";
import pg, { type QueryResultRow } from "pg";
import type { Logger } from "../log.ts";
import { ProblemError } from "../problem.ts";
import { isLoginRefused } from "./connection-loss.ts";
import { connectionConfig } from "./credentials.ts";
import type { DatabaseEnvironment } from "./environment.ts";
import {
  asLoss,
  ConnectionLost,
  inTransaction,
  type Session,
  type Statement,
  type Transaction,
  using,
} from "./session.ts";

/** A pod's own name shows on the server as that of its connections. */
type PodDatabaseEnvironment = DatabaseEnvironment & { SERVICE: string };

/** Statements waiting for a connection; more are refused at once rather than queued behind a stalled server. */
const MAX_WAITING = 200;
const CONNECT_TIMEOUT_MS = 800;
const STATEMENT_TIMEOUT_MS = 1500;
/** A second try only after a quick failure: the client hears within three seconds in any case. */
const QUICK_MS = 500;

/** The database, with connections that are replaced as a whole when one is lost: after a failover all lead nowhere. */
export class Database {
  readonly #environment: PodDatabaseEnvironment;
  readonly #log: Logger;
  #pool: Promise<pg.Pool> | undefined;

  constructor(environment: PodDatabaseEnvironment, log: Logger) {
    this.#environment = environment;
    this.#log = log;
  }

  /**
   * Runs a statement that has the same effect when it is run twice, and runs it again when the connection is lost.
   * Rows come back only once the statement is durable.
   * @throws ProblemError 503 when the database does not take it; PostgreSQL's error when it refuses the statement.
   */
  async repeatable<Row extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const run = (session: Session) => session.query<Row>(statement, values);
    const started = performance.now();
    try {
      return await this.#once(run);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      if (performance.now() - started > QUICK_MS) throw unavailable(error);
      this.#log.warn({ err: error }, "database connection lost, trying once more");
    }
    await sleep(20 + Math.random() * 100);
    return this.#once(run).catch((error: unknown) => {
      throw error instanceof ConnectionLost ? unavailable(error) : error;
    });
  }

  /**
   * Runs a statement once, as its own transaction: for what must not be run twice.
   * @throws ProblemError 503 when the database does not take it, or the connection was lost and with it the knowledge
   * whether it took effect; PostgreSQL's error when it refuses the statement.
   */
  async single<Row extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.#once((session) => session.query<Row>(statement, values)).catch((error: unknown) => {
      throw error instanceof ConnectionLost ? unavailable(error) : error;
    });
  }

  /**
   * Runs `work` as one transaction (READ COMMITTED), once: whoever calls knows what a repeat would do.
   * @throws ProblemError 503 when the database does not take it, or the connection was lost and with it the knowledge
   * whether it committed; else what `work` throws, rolled back.
   */
  async transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#once((session) => inTransaction(session, work)).catch((error: unknown) => {
      throw error instanceof ConnectionLost ? unavailable(error) : error;
    });
  }

  async close(): Promise<void> {
    const pool = await this.#pool;
    await pool?.end();
  }

  async #once<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    this.#pool ??= this.#open();
    const opened = this.#pool;
    const pool = await opened.catch((error: unknown) => {
      this.#retire(opened);
      throw asLoss(error);
    });
    if (pool.waitingCount >= MAX_WAITING) throw unavailable(new Error("too many statements wait"));
    const client = await pool.connect().catch((error: unknown) => {
      // The pool has dropped this one. Its others may be good: a server that is slow to take connections would never be
      // through if all began anew. Only a rotated login makes all useless.
      if (isLoginRefused(error)) this.#retire(opened, pool);
      throw asLoss(error);
    });
    try {
      return await using(client, work);
    } catch (error) {
      if (error instanceof ConnectionLost) this.#retire(opened, pool);
      throw error;
    }
  }

  async #open(): Promise<pg.Pool> {
    const pool = new pg.Pool({
      ...(await connectionConfig(this.#environment)),
      max: this.#environment.DATABASE_POOL_SIZE,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + 100,
      idleTimeoutMillis: 30_000,
      // Statements that don't wait for each other's answers go together, such as BEGIN and the next.
      pipeline: true,
      keepAlive: true,
      keepAliveInitialDelayMillis: 2000,
      application_name: this.#environment.SERVICE,
    });
    const onLost = (error: Error) => this.#log.info({ err: error }, "database connection ended");
    pool.on("error", onLost);
    // A connection in use reports its end both to its statement and as an event, which must not be unhandled.
    pool.on("connect", (client) => client.on("error", onLost));
    return pool;
  }

  #retire(opened: Promise<pg.Pool>, pool?: pg.Pool): void {
    if (this.#pool !== opened) return;
    this.#pool = undefined;
    pool?.end().catch((error: unknown) => this.#log.info({ err: error }, "could not end old connections"));
  }
}

function unavailable(cause: unknown): ProblemError {
  const detail =
    "The data cannot be stored or read right now. Try again shortly; with the same Idempotency-Key this is safe.";
  return new ProblemError(503, detail, { headers: { "retry-after": "1" }, cause });
}
